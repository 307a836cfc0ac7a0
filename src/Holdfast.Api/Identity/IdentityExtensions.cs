using Holdfast.ControlPlane.Access;

namespace Holdfast.Api.Identity;

/// <summary>Puts log-in into an application.</summary>
public static class IdentityExtensions
{
    /// <summary>Registers what log-in needs; the control plane's access services are registered by the control plane.</summary>
    public static IServiceCollection AddHoldfastIdentity(this IServiceCollection services) => services
        .AddSingleton<Tokens>()
        .AddSingleton<LocalAdministrator>()
        .AddSingleton<TokenEndpoint>();

    /// <summary>Answers what clients ask before they have a token; from then on every request has a principal, and changes are recorded.</summary>
    public static IApplicationBuilder UseHoldfastIdentity(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app.UseMiddleware<IdentityMiddleware>().UseMiddleware<PrincipalMiddleware>().UseMiddleware<AuditMiddleware>();
    }

    /// <summary>Who this request speaks for.</summary>
    public static Principal RequirePrincipal(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<Principal>() ?? throw new InvalidOperationException("The request came past the identity middleware.");
    }
}
