using System.Text.Json;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>
/// The jobs that wait, in the database: what is in it survives every node. One job at a time works on an item alone; the database
/// itself refuses a second one.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "It is one, though not a collection in memory.")]
public sealed class JobQueue(ControlPlaneDatabase database, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _news = new(0);

    /// <summary>Puts a backup of an item into the queue.</summary>
    /// <param name="item">The item.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="ct">Cancels it.</param>
    /// <returns>The job, and the operation that a client polls: over as soon as the job exists.</returns>
    /// <exception cref="FaultException">Another operation is in progress on the item.</exception>
    public Task<(JobRow Job, OperationRow Operation)> EnqueueAsync(ProtectedItemRow item, BackupJobRequest request, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(request);
        var job = Make(item, JobOperation.Backup, JsonSerializer.Serialize(request, RowJson.Options), time.GetUtcNow());
        job.HostId = item.HostId;
        job.ActiveKey = KeyOf(item);
        (job.Trigger, job.DueUtc, job.RequestedBy) = (request.Trigger, request.DueUtc, request.RequestedBy);
        job.Tasks = [new("Take Snapshot", JobTaskStatus.NotStarted), new("Transfer data to vault", JobTaskStatus.NotStarted)];
        if (request is { Trigger: JobTrigger.ScheduledLate, DueUtc: { } due })
            job.Warnings = [ServiceFaults.ScheduleMissed(due.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", System.Globalization.CultureInfo.InvariantCulture))];
        return AddAsync(job, ct);
    }

    /// <inheritdoc/>
    public void Dispose() => _news.Dispose();

    /// <summary>Waits until something was put into the queue by this process, or for <paramref name="limit"/>.</summary>
    internal Task WaitAsync(TimeSpan limit, CancellationToken ct) => _news.WaitAsync(limit, ct);

    /// <summary>Puts a job into the queue, with its operation.</summary>
    internal async Task<(JobRow Job, OperationRow Operation)> AddAsync(JobRow job, CancellationToken ct, OperationKind kind = OperationKind.StartsJob)
    {
        var operation = Operations.Make(job.VaultId, kind, job.JobId, job.ItemId, job.StartUtc);
        try
        {
            await database.TransactionAsync(
                db =>
                {
                    db.Add(job);
                    db.Add(operation);
                    return db.SaveChangesAsync(ct);
                }, ct).ConfigureAwait(false);
        }
        catch (DbUpdateException e) when (job.ActiveKey is not null)
        {
            var db = database.CreateDbContext();
            await using (db.ConfigureAwait(false))
            {
                var other = await db.Jobs.AsNoTracking().FirstOrDefaultAsync(j => j.ActiveKey == job.ActiveKey, ct).ConfigureAwait(false);
                if (other is null)
                    throw;
                throw new FaultException(BackupFaults.OperationInProgress(job.EntityName, $"{other.Operation} {other.JobId:D}"), e);
            }
        }

        Announce();
        return (job, operation);
    }

    /// <summary>Wakes this process's runner.</summary>
    internal void Announce()
    {
        if (_news.CurrentCount == 0)
            _news.Release();
    }

    internal static string KeyOf(ProtectedItemRow item) => $"item/{item.ItemId:D}";

    internal static JobRow Make(ProtectedItemRow item, JobOperation operation, string request, DateTimeOffset now) => new()
    {
        JobId = Guid.NewGuid(),
        VaultId = item.VaultId,
        ItemId = item.ItemId,
        Operation = operation,
        EntityName = item.VmName,
        ContainerName = item.ContainerName,
        ActivityId = Guid.NewGuid().ToString(),
        StartUtc = now,
        NotBeforeUtc = now,
        Request = request,
        Properties = new Dictionary<string, string> { ["VM Name"] = item.VmName },
    };
}
