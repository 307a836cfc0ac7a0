using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Node;

namespace Holdfast.ControlPlane.Tests;

/// <summary>Stands for the engine where only queue and leases are tested: a job runs until it is released, or does what a test says.</summary>
internal sealed class FakeEngine : IJobExecutor, IDisposable
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _begun = new(0);
    private readonly Lock _counting = new();
    private int _running;

    /// <summary>What a job does; null waits until it is released.</summary>
    public Func<JobRow, IRunJournal, IProgress<RunProgress>, CancellationToken, Task>? Work { get; set; }

    /// <summary>What happens as a job's end is stored.</summary>
    public Action? AtEnd { get; set; }

    /// <summary>The most jobs that ran at the same time.</summary>
    public int RunningMax { get; private set; }

    public Task WaitForOneAsync() => _begun.WaitAsync(TestContext.Current.CancellationToken);

    public void Dispose() => _begun.Dispose();

    public void Release() => _released.TrySetResult();

    public async Task<JobOutcome> RunAsync(JobRow job, IRunJournal effects, IProgress<RunProgress> progress, CancellationToken ct)
    {
        // Counted in one step with its maximum: two jobs that begin at once would otherwise overwrite each other's.
        lock (_counting)
            RunningMax = Math.Max(RunningMax, ++_running);
        _begun.Release();
        try
        {
            await (Work is null ? _released.Task.WaitAsync(ct) : Work(job, effects, progress, ct));
            return new JobOutcome([], new Dictionary<string, string> { ["Backup Size"] = "1 MB" }, item =>
            {
                AtEnd?.Invoke();
                item.LastBackupSucceeded = true;
                item.State = ItemChanges.AfterBackup(item, succeeded: true);
            });
        }
        finally
        {
            lock (_counting)
                _running--;
        }
    }
}
