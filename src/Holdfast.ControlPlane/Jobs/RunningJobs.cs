using System.Collections.Concurrent;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>The jobs that run in this process. Cancelling one here is quick; another node's job is stopped by its own heartbeat.</summary>
public sealed class RunningJobs
{
    private readonly ConcurrentDictionary<Guid, RunningJob> _jobs = [];

    /// <summary>What runs now.</summary>
    internal ICollection<RunningJob> All => _jobs.Values;

    /// <summary>Asks a job to stop, if it runs here.</summary>
    public void Cancel(Guid job)
    {
        if (_jobs.TryGetValue(job, out var run))
            run.Cancel();
    }

    internal void Add(RunningJob run) => _jobs[run.Job.JobId] = run;

    internal void Remove(RunningJob run) => _jobs.TryRemove(KeyValuePair.Create(run.Job.JobId, run));
}
