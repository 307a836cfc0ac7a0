using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>
/// Claims, renews and ends leases and the jobs under them. INV-2: everything is written under the fence that the lease had when the job
/// was claimed; once another node has raised it, nothing that the former holder writes takes effect.
/// </summary>
internal sealed class JobLeases(ControlPlaneDatabase database, ControlPlaneOptions options, TimeProvider time)
{
    private const int ClaimedMax = 64;

    /// <summary>Claims jobs that wait, oldest first, as far as their hosts are reached and have room.</summary>
    public async Task<IReadOnlyList<JobRow>> ClaimAsync(IReadOnlyCollection<Guid> reached, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            // Looked at first without the lock: mostly there is nothing to do.
            if (!await db.Jobs.AnyAsync(j => j.Phase == JobPhase.Queued, ct).ConfigureAwait(false))
                return [];
        }

        return await database.ExclusiveAsync(db2 => ClaimAsync(db2, reached, ct), ct).ConfigureAwait(false);
    }

    /// <summary>Prolongs a lease.</summary>
    /// <returns>False if it was lost.</returns>
    public async Task<bool> RenewAsync(JobRow job, CancellationToken ct)
    {
        var until = time.GetUtcNow() + options.LeaseTime;
        var db = database.CreateForNotices();
        await using (db.ConfigureAwait(false))
        {
            return await Held(db, job).ExecuteUpdateAsync(s => s.SetProperty(l => l.ExpiresUtc, until), ct).ConfigureAwait(false) > 0;
        }
    }

    /// <summary>Writes down what the job is about to do outside the database.</summary>
    /// <exception cref="FaultException">The lease was lost: it must not be done.</exception>
    public async Task RecordAsync(JobRow job, string? effects, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            if (await Held(db, job).ExecuteUpdateAsync(s => s.SetProperty(l => l.Effects, effects), ct).ConfigureAwait(false) == 0)
                throw new FaultException(ServiceFaults.LeaseLost(job.EntityName));
        }
    }

    /// <summary>Stores how far a job is, and looks whether it is to be cancelled.</summary>
    /// <returns>Whether the job is still this node's, and whether somebody asked to cancel it.</returns>
    public async Task<(bool Held, bool CancelAsked)> ReportAsync(JobRow job, JobFigures? figures, CancellationToken ct)
    {
        var db = database.CreateForNotices();
        await using (db.ConfigureAwait(false))
        {
            var row = await db.Jobs.SingleOrDefaultAsync(j => j.JobId == job.JobId && j.Fence == job.Fence && j.Phase == JobPhase.Running, ct)
                .ConfigureAwait(false);
            if (row is null)
                return (false, false);
            if (figures is not null)
            {
                (row.Tasks, row.Percent) = (figures.Tasks, figures.Percent);
                (row.DoneBytes, row.TotalBytes, row.StoredBytes) = (figures.DoneBytes, figures.TotalBytes, figures.StoredBytes);
                (row.BytesPerSecond, row.EstimatedEndUtc) = (figures.BytesPerSecond, figures.EstimatedEndUtc);
                row.IsCancellable = figures.IsCancellable && row.CancelAskedUtc is null;
                await db.SaveChangesAsync(ct).ConfigureAwait(false);
            }

            return (true, row.CancelAskedUtc is not null);
        }
    }

    /// <summary>Notes with a job that still runs, and its item, that it takes too long.</summary>
    public async Task TellSlowAsync(JobRow job, Fault slow, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            if (await db.Jobs.SingleOrDefaultAsync(j => j.JobId == job.JobId && j.Fence == job.Fence && j.Phase == JobPhase.Running, ct).ConfigureAwait(false) is not { } row)
                return;
            row.Warnings = JobSlowness.Replace(row.Warnings, row.Operation, slow);
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            if (await db.Items.AsNoTracking().SingleOrDefaultAsync(i => i.ItemId == job.ItemId, ct).ConfigureAwait(false) is not { } item)
                return;
            // The version isn't raised: nobody's change is overtaken by what is only noticed.
            var known = JobSlowness.Replace(item.Slow, row.Operation, slow);
            await db.Items.Where(i => i.ItemId == job.ItemId).ExecuteUpdateAsync(s => s.SetProperty(i => i.Slow, known), ct).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a job, or puts it back, with what becomes of its item, and frees its lease: all or nothing.</summary>
    /// <returns>The job as it is then; null if it is another node's by now, and nothing was changed.</returns>
    public Task<JobRow?> EndAsync(JobRow job, Action<JobRow> change, Func<ControlPlaneContext, Task>? also, CancellationToken ct) => database.TransactionAsync<JobRow?>(
        async db =>
        {
            // The lease's row is written first, and stays locked to the end: a node that takes over comes before or after all of this.
            if (await Held(db, job).ExecuteUpdateAsync(s => s
                .SetProperty(l => l.Node, (string?)null).SetProperty(l => l.JobId, (Guid?)null).SetProperty(l => l.Effects, (string?)null), ct)
                .ConfigureAwait(false) == 0)
                return null;
            var row = await db.Jobs.SingleAsync(j => j.JobId == job.JobId, ct).ConfigureAwait(false);
            change(row);
            row.Node = null;
            row.IsCancellable = row.Phase is JobPhase.Queued;
            if (row.Phase is JobPhase.Ended)
                (row.EndUtc, row.ActiveKey, row.EstimatedEndUtc) = (time.GetUtcNow(), null, null);
            if (also is not null)
                await also(db).ConfigureAwait(false);
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            if (row.Phase is JobPhase.Ended)
            {
                // How things are after it is soon known.
                await db.Items.Where(i => i.ItemId == row.ItemId).ExecuteUpdateAsync(s => s.SetProperty(i => i.PreCheckDueUtc, (DateTimeOffset?)null), ct).ConfigureAwait(false);
            }

            return row;
        }, ct);

    /// <summary>Leases that ran out, or are left from an earlier life of this node, and that this node may take over.</summary>
    public async Task<IReadOnlyList<LeaseRow>> ListDeadAsync(bool isStart, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            return await db.Leases.AsNoTracking()
                .Where(l => l.Node != null && (l.ExpiresUtc < now || (isStart && l.Node == options.NodeName))).ToListAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a dead lease over with its job: from now on its former holder can't write anything any more.</summary>
    /// <returns>The job under its new fence, with the effects to clean up; null if somebody else was faster or the holder came back.</returns>
    public Task<(JobRow Job, string? Effects)?> TakeOverAsync(LeaseRow dead, CancellationToken ct) => database.ExclusiveAsync<(JobRow, string?)?>(
        async db =>
        {
            var now = time.GetUtcNow();
            var own = options.NodeName;
            if (await db.Leases.Where(l => l.Name == dead.Name && l.Fence == dead.Fence && l.Node == dead.Node && l.ExpiresUtc == dead.ExpiresUtc)
                .ExecuteUpdateAsync(s => s.SetProperty(l => l.Fence, dead.Fence + 1).SetProperty(l => l.Node, own)
                    .SetProperty(l => l.ExpiresUtc, now + options.LeaseTime), ct).ConfigureAwait(false) == 0)
                return null;
            var lease = await db.Leases.AsNoTracking().SingleAsync(l => l.Name == dead.Name, ct).ConfigureAwait(false);
            var job = await db.Jobs.SingleOrDefaultAsync(j => j.JobId == lease.JobId && j.Phase == JobPhase.Running, ct).ConfigureAwait(false);
            if (job is null)
            {
                await db.Leases.Where(l => l.Name == dead.Name).ExecuteUpdateAsync(s => s.SetProperty(l => l.Node, (string?)null), ct).ConfigureAwait(false);
                return null;
            }

            (job.Node, job.Fence) = (own, lease.Fence);
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            return (job, lease.Effects);
        }, ct);

    private async Task<IReadOnlyList<JobRow>> ClaimAsync(ControlPlaneContext db, IReadOnlyCollection<Guid> reached, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        // No job waits that long: a clock that was ahead has written that, and nothing else of its item would be run before.
        var beyond = now + JobEnds.LongestWait;
        var running = await db.Jobs.Where(j => j.Phase == JobPhase.Running && j.HostId != null).GroupBy(j => j.HostId!.Value)
            .Select(g => new { Host = g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Host, g => g.Count, ct).ConfigureAwait(false);
        var room = (await db.Hosts.AsNoTracking().ToListAsync(ct).ConfigureAwait(false)).Where(h => reached.Contains(h.HostId))
            .ToDictionary(h => h.HostId, h => h.JobsMax - running.GetValueOrDefault(h.HostId));
        var free = room.Where(r => r.Value > 0).Select(r => r.Key).ToList();
        var waiting = await db.Jobs.AsNoTracking()
            .Where(j => j.Phase == JobPhase.Queued && (j.NotBeforeUtc <= now || j.NotBeforeUtc > beyond) && (j.HostId == null || free.Contains(j.HostId.Value)))
            .OrderBy(j => j.StartUtc).Take(ClaimedMax).ToListAsync(ct).ConfigureAwait(false);
        var claimed = new List<JobRow>();
        foreach (var job in waiting)
        {
            if (job.HostId is { } host && room[host] <= 0)
                continue;
            if (!await ClaimAsync(db, job, now, ct).ConfigureAwait(false))
                continue;
            if (job.HostId is { } taken)
                room[taken]--;
            claimed.Add(await db.Jobs.AsNoTracking().SingleAsync(j => j.JobId == job.JobId, ct).ConfigureAwait(false));
        }

        return claimed;
    }

    private async Task<bool> ClaimAsync(ControlPlaneContext db, JobRow job, DateTimeOffset now, CancellationToken ct)
    {
        var name = job.LeaseName;
        var lease = await db.Leases.SingleOrDefaultAsync(l => l.Name == name, ct).ConfigureAwait(false);
        if (lease is { Node: not null })
            return false;
        var own = options.NodeName;
        var fence = (lease?.Fence ?? 0) + 1;
        // By condition: it may have been cancelled while this looked at it.
        var taken = await db.Jobs.Where(j => j.JobId == job.JobId && j.Phase == JobPhase.Queued).ExecuteUpdateAsync(
            s => s.SetProperty(j => j.Phase, JobPhase.Running).SetProperty(j => j.Node, own).SetProperty(j => j.Fence, fence)
                .SetProperty(j => j.BegunUtc, now).SetProperty(j => j.Attempts, j => j.Attempts + 1)
                .SetProperty(j => j.IsCancellable, j => j.Operation == JobOperation.Backup || j.Operation == JobOperation.Restore), ct).ConfigureAwait(false);
        if (taken == 0)
            return false;
        if (lease is null)
            db.Add(lease = new LeaseRow { Name = name });
        (lease.Node, lease.Fence, lease.ExpiresUtc, lease.JobId, lease.Effects) = (own, fence, now + options.LeaseTime, job.JobId, null);
        await db.SaveChangesAsync(ct).ConfigureAwait(false);
        return true;
    }

    private IQueryable<LeaseRow> Held(ControlPlaneContext db, JobRow job)
    {
        var (name, fence, own) = (job.LeaseName, job.Fence, options.NodeName);
        return db.Leases.Where(l => l.Name == name && l.Fence == fence && l.Node == own);
    }
}
