using System.Text.Json;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Holdfast.Protection;
using Holdfast.Protection.Node;
using Holdfast.Protection.Restore;
using Holdfast.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>
/// Deals with jobs whose node is dead or has lost its lease: raises the fence, makes the old session unable to commit, thaws the guest, ends
/// the libvirt job, and puts the job back into the queue. A restore isn't begun again: what it made is finished or removed by its journal, and its
/// job ends accordingly.
/// </summary>
internal sealed partial class TakeOver(
    JobLeases leases, ControlPlaneDatabase database, EngineContexts engines, NodePresence presence, JobInstruments instruments,
    ControlPlaneOptions options, TimeProvider time, ILogger log)
{
    private const int AttemptsMax = 3;

    // Hosts of waiting jobs that no node reaches, by the sweep of this node that found it first.
    private readonly Dictionary<Guid, DateTimeOffset> _unreachedSince = [];

    /// <summary>Takes over what it can, and lets jobs fail that no node can take over.</summary>
    /// <param name="isStart">Whether this node has just started: what it held before died with it.</param>
    /// <param name="reached">The hosts that this node reaches.</param>
    /// <param name="running">The leases of the jobs that run in this process.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task SweepAsync(bool isStart, IReadOnlySet<Guid> reached, IReadOnlySet<string> running, CancellationToken ct)
    {
        foreach (var dead in await leases.ListDeadAsync(isStart, ct).ConfigureAwait(false))
        {
            if (running.Contains(dead.Name) || !await MayTakeAsync(dead, reached, ct).ConfigureAwait(false))
                continue;
            if (await leases.TakeOverAsync(dead, ct).ConfigureAwait(false) is var (job, effects))
                await FinishAsync(dead.Node!, job, effects, ct).ConfigureAwait(false);
        }

        await FailUnreachableAsync(ct).ConfigureAwait(false);
    }

    private async Task<bool> MayTakeAsync(LeaseRow dead, IReadOnlySet<Guid> reached, CancellationToken ct)
    {
        if (dead.JobId is not { } jobId)
            return true;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var host = await db.Jobs.Where(j => j.JobId == jobId).Select(j => j.HostId).SingleOrDefaultAsync(ct).ConfigureAwait(false);
            // Where no node reaches the host nobody can do better: the session at least is revoked, and the job fails.
            return host is null || reached.Contains(host.Value) || !await presence.IsReachedByAnyAsync(host.Value, ct).ConfigureAwait(false);
        }
    }

    private async Task FinishAsync(string deadNode, JobRow job, string? effects, CancellationToken ct)
    {
        LogTakenOver(log, job.Operation, job.EntityName, job.JobId, deadNode);
        var notices = new List<Fault>();
        var isRestored = false;
        if (effects is not null && JsonSerializer.Deserialize<RunEffects>(effects) is { } known)
        {
            // The guest first: it may stand still. The session whatever becomes of that: on a host that nobody reaches its node may be alive.
            await TryAsync(async () => isRestored = await CleanHostAsync(job, known, notices, ct).ConfigureAwait(false), job).ConfigureAwait(false);
            await TryAsync(() => RevokeAsync(job, known, ct), job).ConfigureAwait(false);
        }

        if (isRestored)
            notices.Add(ServiceFaults.RestoreFinishedForNode(deadNode, job.EntityName));
        var lost = ServiceFaults.NodeLost(deadNode);
        var again = job.Operation is not JobOperation.Restore && job.Attempts < AttemptsMax && job.CancelAskedUtc is null;
        var ended = await leases.EndAsync(
            job,
            row =>
            {
                if (isRestored)
                    (row.Phase, row.Status, row.Percent, row.Tasks) = (JobPhase.Ended, JobStatus.CompletedWithWarnings, 100, [.. row.Tasks.Select(Done)]);
                else if (job.CancelAskedUtc is not null)
                    (row.Phase, row.Status) = (JobPhase.Ended, JobStatus.Cancelled);
                else if (again)
                    JobEnds.Requeue(row);
                else
                    JobEnds.Failed(row.Operation, lost, [.. row.Tasks.Select(Failed)]).Job(row);
                row.Warnings = [.. row.Warnings, .. notices];
            },
            async db =>
            {
                if (again || isRestored || job.CancelAskedUtc is not null)
                    return;
                if (await db.Items.SingleOrDefaultAsync(i => i.ItemId == job.ItemId, ct).ConfigureAwait(false) is { } item)
                    JobEnds.Failed(job.Operation, lost, []).Item!(item);
            }, ct).ConfigureAwait(false);
        if (ended is not null)
            instruments.End(ended, null);
    }

    private async Task TryAsync(Func<Task> action, JobRow job)
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (Exception e) when (e is FaultException or VaultException or IOException or UnauthorizedAccessException)
        {
            // What is left is dealt with by the next run on this VM; that the old session can't commit is seen to again then.
            LogNotCleaned(log, e, job.JobId);
        }
    }

    /// <returns>Whether a restore turned out to be complete.</returns>
    private async Task<bool> CleanHostAsync(JobRow job, RunEffects effects, List<Fault> notices, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var host = await db.Hosts.AsNoTracking().SingleOrDefaultAsync(h => h.HostId == job.HostId, ct).ConfigureAwait(false);
            if (host is null)
                return effects.Restored;
            var onHost = await engines.MakeAsync(null, host, ct).ConfigureAwait(false);
            notices.AddRange(await FaultMapping.GuardAsync(
                () => new NodeRecovery(onHost).RecoverForeignAsync(effects.SourceId, effects.ScratchFolder, effects.Freezing, ct),
                FaultSubject.OfVm(job.EntityName, "clean up after another node")).ConfigureAwait(false));
            if (effects.RestoreJournal is not { } journal)
                return effects.Restored;
            var (end, notice) = await new InPlaceRecovery(onHost).RecoverAsync(journal).ConfigureAwait(false);
            if (notice is not null)
                notices.Add(notice);
            return effects.Restored || end is RestoreEnd.Complete;
        }
    }

    private async Task RevokeAsync(JobRow job, RunEffects effects, CancellationToken ct)
    {
        if (effects.Session is not { } session)
            return;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var vault = await db.Vaults.AsNoTracking().SingleAsync(v => v.VaultId == job.VaultId, ct).ConfigureAwait(false);
            var engine = await engines.MakeAsync(vault, null, ct).ConfigureAwait(false);
            await FaultMapping.GuardAsync(
                () => engine.RequiredVault.RevokeSessionAsync(new SourceId(effects.SourceId), new PointId(session), ct), FaultSubject.Vault).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// A job waits for a node that reaches its host, but not for ever. The time counts from when the host was out of reach, not from when the
    /// job began to wait: one that has waited long for its turn outlives a moment without a node.
    /// </summary>
    private async Task FailUnreachableAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var before = now - options.UnreachableHostPatience;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var waiting = await db.Jobs.Where(j => j.Phase == JobPhase.Queued && j.HostId != null)
                .Select(j => j.HostId!.Value).Distinct().ToListAsync(ct).ConfigureAwait(false);
            foreach (var known in _unreachedSince.Keys.Except(waiting).ToList())
                _unreachedSince.Remove(known);
            if (waiting.Count == 0)
                return;
            var reached = await presence.ReachedByAnyAsync(ct).ConfigureAwait(false);
            foreach (var hostId in waiting)
            {
                if (reached.Contains(hostId))
                {
                    _unreachedSince.Remove(hostId);
                    continue;
                }

                if (_unreachedSince.TryAdd(hostId, now) || _unreachedSince[hostId] >= before)
                    continue;
                var host = await db.Hosts.Where(h => h.HostId == hostId).Select(h => h.Name).SingleOrDefaultAsync(ct).ConfigureAwait(false);
                var fault = ServiceFaults.HostNotReached(host ?? hostId.ToString());
                var failed = new List<JobRow>();
                await database.ExclusiveAsync(
                    async exclusive =>
                    {
                        failed.Clear();
                        foreach (var job in await exclusive.Jobs.Where(j => j.Phase == JobPhase.Queued && j.HostId == hostId && j.NotBeforeUtc < before)
                            .ToListAsync(ct).ConfigureAwait(false))
                        {
                            JobEnds.Failed(job.Operation, fault, job.Tasks).Job(job);
                            (job.EndUtc, job.ActiveKey) = (now, null);
                            failed.Add(job);
                            if (await exclusive.Items.SingleOrDefaultAsync(i => i.ItemId == job.ItemId, ct).ConfigureAwait(false) is { } item)
                                JobEnds.Failed(job.Operation, fault, []).Item!(item);
                        }

                        return await exclusive.SaveChangesAsync(ct).ConfigureAwait(false);
                    }, ct).ConfigureAwait(false);
                failed.ForEach(j => instruments.End(j, null));
            }
        }
    }

    private JobTask Done(JobTask task) => task with { Status = JobTaskStatus.Completed, EndUtc = task.EndUtc ?? time.GetUtcNow() };

    private JobTask Failed(JobTask task) =>
        task.Status is JobTaskStatus.InProgress ? task with { Status = JobTaskStatus.Failed, EndUtc = time.GetUtcNow() } : task;

    [LoggerMessage(7211, LogLevel.Warning, "{Operation} of {Item} (job {Job}) is taken over from node {Node}")]
    private static partial void LogTakenOver(ILogger log, JobOperation operation, string item, Guid job, string node);

    [LoggerMessage(7212, LogLevel.Error, "What job {Job} left behind couldn't be cleaned up completely; the next run on the VM tries again")]
    private static partial void LogNotCleaned(ILogger log, Exception e, Guid job);
}
