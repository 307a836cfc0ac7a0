using System.Runtime.CompilerServices;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>A vault's jobs: listed, looked at, exported, cancelled.</summary>
public sealed class Jobs(ControlPlaneDatabase database, RunningJobs running, TimeProvider time)
{
    private const int ExportPage = 500;

    /// <summary>Jobs, newest first.</summary>
    public async Task<IReadOnlyList<JobRow>> ListAsync(VaultRow vault, JobFilter filter, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        ArgumentNullException.ThrowIfNull(filter);
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            return await Apply(db.Jobs.AsNoTracking().Where(j => j.VaultId == vault.VaultId), filter)
                .OrderByDescending(j => j.StartUtc).ThenBy(j => j.JobId)
                .Skip(filter.Skip).Take(filter.Take).ToListAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>A job, or null.</summary>
    public async Task<JobRow?> FindAsync(VaultRow vault, string id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        if (!Guid.TryParse(id, out var jobId))
            return null;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            return await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.JobId == jobId && j.VaultId == vault.VaultId, ct)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Begins an export. Which jobs it holds is settled now, how they are is read when it is fetched.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="filter">Which jobs; pages don't count.</param>
    /// <param name="ct">Cancels it.</param>
    /// <returns>An operation that is over at once; its <see cref="OperationRow.Export"/> is what <see cref="ReadAsync"/> takes.</returns>
    public async Task<OperationRow> ExportAsync(VaultRow vault, JobFilter filter, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        ArgumentNullException.ThrowIfNull(filter);
        var now = time.GetUtcNow();
        var operation = Operations.Make(vault.VaultId, OperationKind.Exports, null, null, now);
        operation.Export = filter with { Until = filter.Until < now ? filter.Until : now };
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            db.Add(operation);
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            return operation;
        }
    }

    /// <summary>All jobs of an export, newest first, without holding them in memory.</summary>
    public async IAsyncEnumerable<JobRow> ReadAsync(VaultRow vault, JobFilter filter, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(filter);

        // A job's start never changes, and an export ends at the instant that it was asked for: no page moves while it is read.
        IReadOnlyList<JobRow> page = [];
        for (var skip = 0; skip == 0 || page.Count == ExportPage; skip += ExportPage)
        {
            page = await ListAsync(vault, filter with { Skip = skip, Take = ExportPage }, ct).ConfigureAwait(false);
            foreach (var job in page)
                yield return job;
        }
    }

    /// <summary>Cancels a job. One that waits is over at once; one that runs is asked to stop.</summary>
    /// <returns>An operation that succeeds when the job ends as cancelled.</returns>
    /// <exception cref="FaultException">There is no such job, its type can't be cancelled, it is past its point of no return, or not in progress.</exception>
    public async Task<OperationRow> CancelAsync(VaultRow vault, string id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        var now = time.GetUtcNow();
        var job = await FindAsync(vault, id, ct).ConfigureAwait(false) ?? throw new FaultException(ServiceFaults.JobNotFound(id, vault.Name));
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            if (CancelRules.Refusal(job) is { } refusal)
                throw new FaultException(refusal);
            var waiting = await db.Jobs.Where(j => j.JobId == job.JobId && j.Phase == JobPhase.Queued).ExecuteUpdateAsync(s => s
                .SetProperty(j => j.Phase, JobPhase.Ended).SetProperty(j => j.Status, JobStatus.Cancelled).SetProperty(j => j.ActiveKey, (string?)null)
                .SetProperty(j => j.EndUtc, now).SetProperty(j => j.CancelAskedUtc, now), ct).ConfigureAwait(false) > 0;
            var asked = waiting || await db.Jobs.Where(j => j.JobId == job.JobId && j.Phase == JobPhase.Running && j.IsCancellable
                    && j.CancelAskedUtc == null)
                .ExecuteUpdateAsync(s => s.SetProperty(j => j.Status, JobStatus.Cancelling).SetProperty(j => j.IsCancellable, false)
                    .SetProperty(j => j.CancelAskedUtc, now), ct).ConfigureAwait(false) > 0;
            if (!asked)
            {
                // It moved on since it was looked at: what it is now says why it can't be cancelled.
                job = await FindAsync(vault, id, ct).ConfigureAwait(false) ?? job;
                throw new FaultException(CancelRules.Refusal(job) ?? ServiceFaults.JobCancelFailed());
            }

            running.Cancel(job.JobId);
            var operation = Operations.Make(vault.VaultId, OperationKind.CancelsJob, job.JobId, job.ItemId, now);
            db.Add(operation);
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            return operation;
        }
    }

    private static IQueryable<JobRow> Apply(IQueryable<JobRow> jobs, JobFilter filter)
    {
        if (filter.Operation is { } operation)
            jobs = jobs.Where(j => j.Operation == operation);
        if (filter.Status is { } status)
            jobs = jobs.Where(j => j.Status == status);
        if (filter.From is { } from)
            jobs = jobs.Where(j => j.StartUtc >= from);
        if (filter.Until is { } until)
            jobs = jobs.Where(j => j.StartUtc <= until);
        if (filter.JobId is { } id)
            jobs = jobs.Where(j => j.JobId == id);
        if (filter.ItemId is { } item)
            jobs = jobs.Where(j => j.ItemId == item);
        return jobs;
    }
}
