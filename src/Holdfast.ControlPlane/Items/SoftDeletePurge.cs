using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Items;

/// <summary>Lets the data of soft-deleted items go when their time is over.</summary>
public sealed class SoftDeletePurge(ControlPlaneDatabase database, JobQueue queue, TimeProvider time)
{
    /// <summary>Puts a job into the queue for each item that is due.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        List<ProtectedItemRow> due;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            due = await db.Items.AsNoTracking().Where(i => i.PurgeAtUtc != null && i.PurgeAtUtc <= now).ToListAsync(ct).ConfigureAwait(false);
        var count = 0;
        foreach (var item in due)
        {
            var job = JobQueue.Make(item, JobOperation.DeleteBackupData, "{}", now);
            (job.ActiveKey, job.Trigger) = (JobQueue.KeyOf(item), JobTrigger.Scheduled);
            try
            {
                await queue.AddAsync(job, ct, OperationKind.RunsJob).ConfigureAwait(false);
                count++;
            }
            catch (FaultException e) when (e.Fault.Code == BackupFaults.OperationInProgress("", "").Code)
            {
                // Its job is there already, or it is being restored from: the next look comes.
            }
        }

        return count;
    }
}
