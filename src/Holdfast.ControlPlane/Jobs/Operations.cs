using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>Asynchronous operations: one store, whatever path a client polls.</summary>
public sealed class Operations(ControlPlaneDatabase database, ControlPlaneOptions options, TimeProvider time)
{
    /// <summary>How long an operation can be looked up after it began.</summary>
    public static TimeSpan KeptFor { get; } = TimeSpan.FromDays(7);

    /// <summary>An operation as it is now, or null.</summary>
    public async Task<OperationRow?> FindAsync(VaultRow vault, string id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        if (!Guid.TryParse(id, out var operationId))
            return null;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var row = await db.Operations.AsNoTracking()
                .SingleOrDefaultAsync(o => o.OperationId == operationId && o.VaultId == vault.VaultId, ct).ConfigureAwait(false);
            if (row is not { Kind: OperationKind.RunsJob or OperationKind.CancelsJob, JobId: { } jobId })
                return row;
            var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.JobId == jobId, ct).ConfigureAwait(false);
            if (job is { Phase: JobPhase.Ended })
                return Ended(row, job);
            // Whoever waits for it isn't left waiting for ever. Should the job end as cancelled after all, that is told from then on.
            if (row.Kind is OperationKind.CancelsJob && time.GetUtcNow() - row.StartUtc > options.CancelPatience)
                (row.Status, row.EndUtc, row.Error) = (OperationStatus.Failed, row.StartUtc + options.CancelPatience, ServiceFaults.JobCancelFailed());
            return row;
        }
    }

    /// <summary>Stores an operation that is over at once: a refresh, or a validation with what it found.</summary>
    public async Task<OperationRow> AddAsync(VaultRow vault, OperationKind kind, IReadOnlyList<Fault> findings, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        var row = Make(vault.VaultId, kind, null, null, time.GetUtcNow());
        row.Findings = findings;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            db.Add(row);
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            return row;
        }
    }

    /// <summary>Forgets operations that are older than <see cref="KeptFor"/>.</summary>
    public async Task ForgetOldAsync(CancellationToken ct)
    {
        var before = time.GetUtcNow() - KeptFor;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            await db.Operations.Where(o => o.StartUtc < before).ExecuteDeleteAsync(ct).ConfigureAwait(false);
    }

    /// <summary>An operation to store along with what it started.</summary>
    internal static OperationRow Make(Guid vault, OperationKind kind, Guid? job, Guid? item, DateTimeOffset now)
    {
        var runs = kind is OperationKind.RunsJob or OperationKind.CancelsJob;
        return new OperationRow
        {
            OperationId = Guid.NewGuid(),
            VaultId = vault,
            Kind = kind,
            Status = runs ? OperationStatus.InProgress : OperationStatus.Succeeded,
            StartUtc = now,
            EndUtc = runs ? null : now,
            JobId = job,
            ItemId = item,
        };
    }

    private static OperationRow Ended(OperationRow row, JobRow job)
    {
        row.EndUtc = job.EndUtc;
        var cancels = row.Kind is OperationKind.CancelsJob;
        (row.Status, row.Error) = job.Status switch
        {
            JobStatus.Cancelled => (cancels ? OperationStatus.Succeeded : OperationStatus.Canceled, null),
            _ when cancels => (OperationStatus.Failed, ServiceFaults.JobCancelFailed()),
            JobStatus.Failed => (OperationStatus.Failed, job.Error),
            _ => (OperationStatus.Succeeded, null),
        };
        return row;
    }
}
