using Holdfast.ControlPlane.Items;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>The ends that a run can have. Pure.</summary>
internal static class JobEnds
{
    /// <summary>Longer than any job waits for its next attempt.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromDays(7);

    private const int AttemptsMax = 3;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(30);

    /// <summary>It did what was asked.</summary>
    public static JobEnd Done(JobOutcome outcome, JobProgress progress) => new(
        job =>
        {
            Apply(job, progress.Latest);
            // The last packs are stored after the last progress.
            job.StoredBytes = outcome.StoredBytes ?? job.StoredBytes;
            job.Warnings = [.. job.Warnings, .. outcome.Warnings];
            job.Status = job.Warnings.Any(w => FaultCatalogue.Shared.SeverityOf(w) >= FaultSeverity.Warning)
                ? JobStatus.CompletedWithWarnings : JobStatus.Completed;
            (job.Phase, job.Percent) = (JobPhase.Ended, 100);
            job.Tasks = progress.End(JobTaskStatus.Completed);
            job.Properties = job.Properties.Concat(outcome.Properties).GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.Last().Value);
        }, outcome.Item, outcome.RemovesItem);

    /// <summary>It was cancelled, and everything is as before.</summary>
    public static JobEnd Cancelled(JobProgress progress) => new(job =>
    {
        (job.Phase, job.Status) = (JobPhase.Ended, JobStatus.Cancelled);
        job.Tasks = progress.End(JobTaskStatus.Cancelled);
    });

    /// <summary>The node stops: another one, or this one when it is back, begins anew.</summary>
    public static JobEnd PutBack() => new(Requeue);

    /// <summary>It failed. A scheduled job whose fault says that a retry helps waits and is tried again.</summary>
    public static JobEnd Failed(JobRow claimed, Fault fault, JobProgress progress, DateTimeOffset now)
    {
        var entry = FaultCatalogue.Shared.Find(fault.Code);
        if (claimed.Trigger is not JobTrigger.OnDemand && claimed.Attempts < AttemptsMax && entry?.Retry is RetryAdvice.Later or RetryAdvice.Immediately)
        {
            var wait = (entry!.RetryAfter ?? FirstWait) * Math.Pow(2, claimed.Attempts - 1);
            return new JobEnd(job =>
            {
                Requeue(job);
                job.NotBeforeUtc = now + wait;
                job.Warnings = [.. job.Warnings, fault];
            });
        }

        return Failed(claimed.Operation, fault, progress.End(JobTaskStatus.Failed));
    }

    /// <summary>It failed for good.</summary>
    public static JobEnd Failed(JobOperation operation, Fault fault, IReadOnlyList<JobTask> tasks) => new(
        job =>
        {
            (job.Phase, job.Status, job.Error, job.Tasks) = (JobPhase.Ended, JobStatus.Failed, fault, tasks);
        },
        item => Mark(item, operation, fault));

    /// <summary>Puts a job back into the queue as it was before it was begun.</summary>
    public static void Requeue(JobRow job)
    {
        (job.Phase, job.Status, job.Percent, job.BegunUtc, job.CancelAskedUtc) = (JobPhase.Queued, JobStatus.InProgress, 0, null, null);
        (job.DoneBytes, job.TotalBytes, job.StoredBytes, job.BytesPerSecond, job.EstimatedEndUtc) = (0, 0, 0, 0, null);
        job.Tasks = [.. job.Tasks.Select(t => new JobTask(t.Id, JobTaskStatus.NotStarted))];
    }

    private static void Mark(ProtectedItemRow item, JobOperation operation, Fault fault)
    {
        switch (operation)
        {
            case JobOperation.Backup:
                (item.LastBackupSucceeded, item.LastBackupFault) = (false, fault);
                item.State = ItemChanges.AfterBackup(item, succeeded: false);
                break;
            case JobOperation.Restore:
                item.LastRestoreFault = fault;
                break;
        }
    }

    private static void Apply(JobRow job, JobFigures figures) =>
        (job.DoneBytes, job.TotalBytes, job.StoredBytes, job.BytesPerSecond) = (figures.DoneBytes, figures.TotalBytes, figures.StoredBytes, figures.BytesPerSecond);
}
