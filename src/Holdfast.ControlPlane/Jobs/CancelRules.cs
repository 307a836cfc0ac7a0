using Holdfast.Faults;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>Whether a job can be cancelled. Pure.</summary>
public static class CancelRules
{
    /// <summary>Why a job can't be cancelled; null if it can.</summary>
    public static Fault? Refusal(JobRow job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job switch
        {
            // Whatever its state: waiting for another one would be in vain.
            { Operation: not (JobOperation.Backup or JobOperation.Restore) } => ServiceFaults.JobTypeNotCancellable(job.Operation.ToString()),
            { Phase: JobPhase.Ended } or { Status: JobStatus.Cancelling } => ServiceFaults.JobNotInProgress(job.Status.ToString()),
            { Phase: JobPhase.Running, IsCancellable: false } => ServiceFaults.JobPastNoReturn(job.Operation.ToString()),
            _ => null,
        };
    }
}
