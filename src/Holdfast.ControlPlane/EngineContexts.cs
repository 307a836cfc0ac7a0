using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Protection.Node;
using Holdfast.Vault;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane;

/// <summary>Composes the engine for a vault, a host, or both, from what this node has open.</summary>
public sealed class EngineContexts(
    ControlPlaneOptions options, OpenVaults vaults, HostConnections hosts, TimeProvider time, ILoggerFactory logs)
{
    /// <summary>The node's folders.</summary>
    public NodePaths Paths { get; } = new(
        Path.Combine(Path.GetFullPath(options.DataFolder), "state"), Path.Combine(Path.GetFullPath(options.DataFolder), "cache"),
        options.ScratchFolder);

    /// <summary>The engine on a vault and a host; either may be missing.</summary>
    /// <exception cref="Faults.FaultException">The vault can't be opened, or the host not reached.</exception>
    public async Task<EngineContext> MakeAsync(VaultRow? vault, HostRow? host, CancellationToken ct) => new()
    {
        Vault = vault is null ? null : await vaults.OpenAsync(vault, ct).ConfigureAwait(false),
        VaultAlias = vault is null ? null : new VaultId(vault.VaultId),
        Host = host is null ? null : await hosts.GetAsync(host, ct).ConfigureAwait(false),
        Paths = Paths,
        Time = time,
        Effects = EffectGate.FromEnvironment(),
        Logs = logs,
    };
}
