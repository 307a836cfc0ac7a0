using Holdfast.Faults;
using Holdfast.Protection.Health.Probes;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Health;

/// <summary>Examines VMs, hosts and vaults. Changes nothing, and is over within its bounds.</summary>
/// <param name="paths">This node's folders.</param>
/// <param name="options">Bounds, and what may be asked of guests.</param>
public sealed class HealthService(NodePaths paths, HealthOptions options)
{
    /// <summary>Runs every check that applies.</summary>
    /// <exception cref="FaultException">The VM asked for is known neither to a host nor to the vault.</exception>
    public Task<HealthReport> CheckAsync(HealthRequest request, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new HealthRun(options).RunAsync(
            [.. request.Hosts.Select(h => new LibvirtHealthHost(h, paths, options))], request, ct);
    }
}
