using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>
/// Keeps what is on the hosts that this node reaches, every minute, for nodes that don't. An item whose VM runs on such a host is that host's from then on: the VM was migrated, and
/// the node that had it before may not reach where it went.
/// </summary>
public sealed partial class InventoryKeeper(
    ControlPlaneDatabase database, Inventory inventory, HostConnections connections, LastInventories last, ControlPlaneOptions options, TimeProvider time, ILogger<InventoryKeeper> log)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>Looks at each host once.</summary>
    public async Task KeepAsync(CancellationToken ct)
    {
        foreach (var host in (await inventory.ListHostsAsync(ct).ConfigureAwait(false)).Where(h => h.IsReachedBy(options.NodeName)))
        {
            try
            {
                var connection = await connections.GetAsync(host, ct).ConfigureAwait(false);
                var read = FaultMapping.Guard(() => HostInventory.Read(host, connection), new FaultSubject { Operation = "look at the host" });
                await last.StoreAsync(host.HostId, read, ct).ConfigureAwait(false);
                await TakeInAsync(host.HostId, [.. read.Vms.Where(v => v.IsActive).Select(v => v.Uuid)], ct).ConfigureAwait(false);
            }
            catch (FaultException)
            {
                // Not reached now: what is kept of it grows older, and says so.
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                await KeepAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException or LibvirtException)
            {
                LogFailed(log, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private async Task TakeInAsync(Guid host, IReadOnlyList<Guid> running, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var moved = await db.Items.Where(i => running.Contains(i.SourceId) && i.HostId != host).Select(i => i.ItemId).ToListAsync(ct).ConfigureAwait(false);
            if (moved.Count == 0)
                return;
            await db.Items.Where(i => moved.Contains(i.ItemId)).ExecuteUpdateAsync(s => s.SetProperty(i => i.HostId, host), ct).ConfigureAwait(false);
            // A backup that waits is for a node that reaches the VM, too.
            await db.Jobs.Where(j => moved.Contains(j.ItemId) && j.Phase == JobPhase.Queued && j.Operation == JobOperation.Backup)
                .ExecuteUpdateAsync(s => s.SetProperty(j => j.HostId, host), ct).ConfigureAwait(false);
        }
    }

    [LoggerMessage(7121, LogLevel.Warning, "What is on the hosts couldn't be kept for other nodes; it is tried again in a minute")]
    private static partial void LogFailed(ILogger log, Exception e);
}
