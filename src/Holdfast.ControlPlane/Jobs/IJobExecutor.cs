using Holdfast.Protection.Backup;
using Holdfast.Protection.Node;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>Does a job's work.</summary>
public interface IJobExecutor
{
    /// <summary>Does it.</summary>
    /// <param name="job">The job as it was claimed.</param>
    /// <param name="effects">Where it writes down, before it does it, what another node would have to clean up.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="ct">Ends it: what was begun is undone.</param>
    /// <exception cref="Faults.FaultException">It failed.</exception>
    Task<JobOutcome> RunAsync(JobRow job, IRunJournal effects, IProgress<RunProgress> progress, CancellationToken ct);
}
