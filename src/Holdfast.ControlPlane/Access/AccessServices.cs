using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Holdfast.ControlPlane.Access;

/// <summary>Registers the services of this folder.</summary>
public static class AccessServices
{
    /// <summary>Credentials, signing keys and audit log, on the database that is registered besides.</summary>
    public static IServiceCollection AddHoldfastAccess(this IServiceCollection services, ControlPlaneOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton<AuditLog>();
        return services
            .AddSingleton(KeyFileOf(options))
            .AddSingleton<Tenant>()
            .AddSingleton<Credentials>()
            .AddSingleton<Principals>()
            .AddSingleton<SigningKeys>()
            .AddSingleton<LoginThrottle>();
    }

    /// <summary>The file of the node's key: in systemd's credentials folder if it is there, else among the node's keys.</summary>
    public static NodeKeyFile KeyFileOf(ControlPlaneOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var given = Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } folder ? Path.Combine(folder, NodeKey.CredentialName) : null;
        return new NodeKeyFile(given is not null && File.Exists(given)
            ? given : Path.Combine(Path.GetFullPath(options.KeysFolder ?? Path.Combine(options.DataFolder, "keys")), "node.key"));
    }
}
