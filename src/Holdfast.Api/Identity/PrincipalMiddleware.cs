using System.Net.Http.Headers;
using Holdfast.Api.Replies;
using Holdfast.Api.Requests;
using Holdfast.ControlPlane.Access;
using Holdfast.Faults;
using Microsoft.AspNetCore.Authorization;

namespace Holdfast.Api.Identity;

/// <summary>
/// Finds out who a request speaks for, and lets nobody else through but to endpoints that say so themselves (health, metrics). Routing must come before.
/// </summary>
internal sealed class PrincipalMiddleware(RequestDelegate next, Tokens tokens, LocalAdministrator local)
{
    public async Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        try
        {
            context.Features.Set(context.Features.Get<LocalPeer>() is { } peer && context.Request.Headers.Authorization.Count == 0
                ? await local.PrincipalAsync(peer, context.RequestAborted).ConfigureAwait(false)
                : await ReadAsync(context, tokens).ConfigureAwait(false));
        }
        catch (FaultException e)
        {
            await RefuseAsync(context, e.Fault).ConfigureAwait(false);
            return;
        }

        await next(context).ConfigureAwait(false);
    }

    /// <summary>Who a request's bearer token speaks for.</summary>
    internal static async Task<Principal> ReadAsync(HttpContext context, Tokens tokens) =>
        AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var header)
        && "Bearer".Equals(header.Scheme, StringComparison.OrdinalIgnoreCase) && header.Parameter is { Length: > 0 } token
            ? await tokens.ReadAccessAsync(token, context.RequestAborted).ConfigureAwait(false)
            : throw AccessFaults.AuthenticationFailed().ToException();

    private static Task RefuseAsync(HttpContext context, Fault fault)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = $"Bearer authorization_uri=\"{PublicAddress.Of(context.Request)}/adfs\", error=\"invalid_token\"";
        return ArmJson.WriteAsync(context.Response, ArmError.Of(fault, context.Request), context.RequestAborted);
    }
}
