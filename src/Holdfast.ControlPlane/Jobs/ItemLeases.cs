using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>
/// Work on a VM beside the queue, under the lease that its item's jobs take (INV-2): refused while a job has it, and jobs wait until it is given back. A VM that nothing protects
/// has a lease of its own name. The fence rises as for a job; once another node has raised it, the work is cancelled and what it would still begin is not begun.
/// </summary>
public sealed partial class ItemLeases(ControlPlaneDatabase database, JobQueue queue, ControlPlaneOptions options, TimeProvider time, ILogger<ItemLeases> log)
{
    /// <summary>Works under the lease.</summary>
    /// <param name="vm">The VM's UUID.</param>
    /// <param name="name">Its name.</param>
    /// <param name="refused">What is thrown while somebody else, who is named, has the lease.</param>
    /// <param name="work">The work, with the VM's item if there is one; its token ends when the lease is lost.</param>
    /// <param name="ct">Ends the work.</param>
    /// <exception cref="FaultException">The lease is taken, or was lost; or what the work throws.</exception>
    public async Task<T> HoldAsync<T>(
        Guid vm, string name, Func<string, Fault> refused, Func<ProtectedItemRow?, CancellationToken, Task<T>> work, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(refused);
        ArgumentNullException.ThrowIfNull(work);
        var (item, lease, fence) = await TakeAsync(vm, refused, ct).ConfigureAwait(false);
        using var held = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var done = new CancellationTokenSource();
        var kept = KeepAsync(lease, fence, held, done.Token);
        try
        {
            return await work(item, held.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested && held.IsCancellationRequested)
        {
            throw new FaultException(ServiceFaults.LeaseLost(name));
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            await kept.ConfigureAwait(false);
            await ReleaseAsync(lease, fence, item).ConfigureAwait(false);
        }
    }

    private Task<(ProtectedItemRow? Item, string Lease, long Fence)> TakeAsync(Guid vm, Func<string, Fault> refused, CancellationToken ct) => database.ExclusiveAsync(
        async db =>
        {
            // One that is soft-deleted elsewhere has no jobs that touch the VM.
            var item = await db.Items.AsNoTracking().Where(i => i.SourceId == vm).OrderBy(i => i.DeletedUtc != null).FirstOrDefaultAsync(ct).ConfigureAwait(false);
            var name = item is null ? $"vm/{vm:D}" : JobQueue.KeyOf(item);
            var lease = await db.Leases.SingleOrDefaultAsync(l => l.Name == name, ct).ConfigureAwait(false);
            if (lease is { Node: { } node })
            {
                var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.JobId == lease.JobId, ct).ConfigureAwait(false);
                throw new FaultException(refused(job is null ? $"a remedy by the node {node}" : $"{job.Operation} {job.JobId:D}"));
            }

            if (lease is null)
                db.Add(lease = new LeaseRow { Name = name });
            (lease.Node, lease.Fence, lease.ExpiresUtc, lease.JobId, lease.Effects) = (options.NodeName, lease.Fence + 1, time.GetUtcNow() + options.LeaseTime, null, null);
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            return (item, name, lease.Fence);
        }, ct);

    private async Task KeepAsync(string lease, long fence, CancellationTokenSource held, CancellationToken ct)
    {
        var renewed = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(options.QueueInterval, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ct.IsCancellationRequested)
                return;
            try
            {
                var (now, until) = (time.GetTimestamp(), time.GetUtcNow() + options.LeaseTime);
                if (await ChangeAsync(lease, fence, leases => leases.ExecuteUpdateAsync(s => s.SetProperty(l => l.ExpiresUtc, until), CancellationToken.None)).ConfigureAwait(false) == 0)
                    break;
                renewed = now;
            }
            catch (Exception e) when (ControlPlaneDatabase.IsFailure(e))
            {
                LogNotRenewed(log, e, lease);
                if (time.GetElapsedTime(renewed) > options.LeaseTime)
                    break;
            }
        }

        await held.CancelAsync().ConfigureAwait(false);
    }

    private async Task ReleaseAsync(string lease, long fence, ProtectedItemRow? item)
    {
        try
        {
            await ChangeAsync(lease, fence, leases => leases.ExecuteUpdateAsync(s => s.SetProperty(l => l.Node, (string?)null), CancellationToken.None)).ConfigureAwait(false);
            queue.Announce();
            if (item is null)
                return;

            // As after a job: how things are now is soon known.
            var db = database.CreateDbContext();
            await using (db.ConfigureAwait(false))
            {
                await db.Items.Where(i => i.ItemId == item.ItemId)
                    .ExecuteUpdateAsync(s => s.SetProperty(i => i.PreCheckDueUtc, (DateTimeOffset?)null), CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (ControlPlaneDatabase.IsFailure(e))
        {
            // It runs out by itself.
            LogNotRenewed(log, e, lease);
        }
    }

    private async Task<int> ChangeAsync(string lease, long fence, Func<IQueryable<LeaseRow>, Task<int>> change)
    {
        var own = options.NodeName;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            return await change(db.Leases.Where(l => l.Name == lease && l.Fence == fence && l.Node == own)).ConfigureAwait(false);
    }

    [LoggerMessage(7221, LogLevel.Warning, "The lease {Lease} couldn't be renewed or given back; it is tried again until it runs out")]
    private static partial void LogNotRenewed(ILogger log, Exception e, string lease);
}
