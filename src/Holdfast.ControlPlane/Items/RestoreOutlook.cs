using Holdfast.ControlPlane.Points;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Holdfast.Protection.Restore;

namespace Holdfast.ControlPlane.Items;

/// <summary>
/// What the database and the hosts' inventories don't know of a restore that is only thought of: how the VM of this very point would fit into its networks. Read from the
/// vault and the host within a bound, since somebody waits for the answer.
/// </summary>
public sealed class RestoreOutlook(EngineContexts engines, ControlPlaneOptions options, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Looks, where this node reaches the host; others' hosts are looked at by the restore itself.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="point">The point.</param>
    /// <param name="kind">How it is to be restored.</param>
    /// <param name="target">What the request means; without a problem.</param>
    /// <param name="ct">Cancels it.</param>
    /// <returns>What stands in the way, or that it couldn't be looked at in time; empty if nothing does.</returns>
    internal async Task<IReadOnlyList<Fault>> FindAsync(
        VaultRow vault, RecoveryPointResource point, RestoreKind kind, RestoreTarget target, CancellationToken ct)
    {
        RestoreOptions? restore = (kind, target.Name) switch
        {
            (RestoreKind.OriginalLocation, _) => new RestoreInPlace(),
            (RestoreKind.AlternateLocation, { } name) => new RestoreAsNew(name) { Network = target.Network?.Name },
            _ => null,
        };
        if (restore is null || target.Host is not { } host || !host.IsReachedBy(options.NodeName))
            return [];
        using var limit = new CancellationTokenSource(Limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            var engine = await engines.MakeAsync(vault, host, both.Token).ConfigureAwait(false);
            return await new RestoredNetworks(engine).FindObstacleAsync(point.Point, restore, both.Token).ConfigureAwait(false) is { } fault ? [fault] : [];
        }
        catch (FaultException e)
        {
            return [e.Fault];
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return [HealthFaults.CheckNotRun("networks", point.Point.Details.Name, "the vault or the host didn't answer in time")];
        }
    }
}
