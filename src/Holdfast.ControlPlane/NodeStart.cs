using System.Text.Json;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Holdfast.Protection;
using Holdfast.Protection.Node;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane;

/// <summary>
/// What a node does before anything else: brings the database up to date, brings vaults back that only their stores know, and cleans up
/// what an earlier life of this node left on its hosts.
/// </summary>
public sealed partial class NodeStart(
    Installation installation, ControlPlaneDatabase database, StoreRecovery recovery, Inventory inventory, EngineContexts engines, ControlPlaneOptions options,
    ILogger<NodeStart> log) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await installation.EnsureAsync(cancellationToken).ConfigureAwait(false);
        await recovery.RecoverAsync(cancellationToken).ConfigureAwait(false);
        var restores = await JobRestoresAsync(cancellationToken).ConfigureAwait(false);
        foreach (var host in (await inventory.ListHostsAsync(cancellationToken).ConfigureAwait(false)).Where(h => h.IsReachedBy(options.NodeName)))
        {
            try
            {
                var engine = await engines.MakeAsync(null, host, cancellationToken).ConfigureAwait(false);
                var notices = await FaultMapping.GuardAsync(
                    () => new NodeRecovery(engine).RecoverAsync(restores, cancellationToken), FaultSubject.OfVm("", "clean up after an earlier run")).ConfigureAwait(false);
                foreach (var notice in notices)
                    LogRecovered(log, host.Name, FaultCatalogue.Shared.Render(notice, FaultLanguage.English).ToLogLine());
            }
            catch (FaultException e)
            {
                // Not reached now, or never by this node.
                LogNotReached(log, host.Name, e.Message);
            }
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Who takes the jobs over deals with their restores, and tells it with the jobs.
    private async Task<IReadOnlySet<string>> JobRestoresAsync(CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var effects = await db.Leases.Where(l => l.Node != null && l.Effects != null).Select(l => l.Effects!).ToListAsync(ct).ConfigureAwait(false);
            return effects.Select(e => JsonSerializer.Deserialize<RunEffects>(e)?.RestoreJournal).OfType<string>().ToHashSet(StringComparer.Ordinal);
        }
    }

    [LoggerMessage(7001, LogLevel.Warning, "Host {Host}, after an earlier run: {Notice}")]
    private static partial void LogRecovered(ILogger log, string host, string notice);

    [LoggerMessage(7002, LogLevel.Warning, "Host {Host} isn't reached by this node: {Reason}")]
    private static partial void LogNotReached(ILogger log, string host, string reason);
}
