using Holdfast.ControlPlane.Jobs;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Node;

namespace Holdfast.Benchmarks.Service;

/// <summary>Backs nothing up: what is left is the service's own work.</summary>
internal sealed class IdleExecutor : IJobExecutor
{
    public Task<JobOutcome> RunAsync(JobRow job, IRunJournal effects, IProgress<RunProgress> progress, CancellationToken ct) =>
        Task.FromResult(new JobOutcome([], new Dictionary<string, string>()));
}
