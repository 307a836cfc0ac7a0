using System.Collections.Concurrent;
using System.Diagnostics;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>
/// Runs jobs on this node: claims them from the queue, keeps their leases, stores their progress, and takes over what dead nodes left.
/// </summary>
public sealed partial class JobRunner : BackgroundService
{
    // Whatever keeps an end from being stored for longer won't go by itself.
    private static readonly TimeSpan EndPatience = TimeSpan.FromMinutes(10);

    private readonly ControlPlaneOptions _options;
    private readonly JobQueue _queue;
    private readonly RunningJobs _running;
    private readonly IJobExecutor _executor;
    private readonly NodePresence _presence;
    private readonly JobLeases _leases;
    private readonly TakeOver _takeOver;
    private readonly JobInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger<JobRunner> _log;
    private readonly ConcurrentDictionary<RunningJob, Task> _tasks = [];

    /// <summary>Makes a runner.</summary>
    public JobRunner(
        ControlPlaneOptions options, ControlPlaneDatabase database, JobQueue queue, RunningJobs running, IJobExecutor executor,
        NodePresence presence, EngineContexts engines, JobInstruments instruments, TimeProvider time, ILogger<JobRunner> log)
    {
        (_options, _queue, _running, _executor, _presence, _instruments, _time, _log) = (options, queue, running, executor, presence, instruments, time, log);
        _leases = new JobLeases(database, options, time);
        _takeOver = new TakeOver(_leases, database, engines, presence, instruments, options, time, log);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isStart = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await StepAsync(isStart, stoppingToken).ConfigureAwait(false);
                isStart = false;
                await _queue.WaitAsync(_options.QueueInterval, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // The database may be away for a while. Whoever can't renew a lease in time gives its work up by itself.
                LogStepFailed(_log, e);
                await Task.Delay(_options.QueueInterval, _time, CancellationToken.None).ConfigureAwait(false);
            }
        }

        await Task.WhenAll(_tasks.Values).ConfigureAwait(false);
    }

    /// <summary>One look at hosts, dead leases and queue.</summary>
    internal async Task StepAsync(bool isStart, CancellationToken ct)
    {
        var reached = await _presence.ReportAsync(ct).ConfigureAwait(false);
        await _takeOver.SweepAsync(isStart, reached, _running.All.Select(r => r.Job.LeaseName).ToHashSet(StringComparer.Ordinal), ct).ConfigureAwait(false);
        foreach (var job in await _leases.ClaimAsync(reached, ct).ConfigureAwait(false))
            Start(job, ct);
    }

    /// <summary>Waits for all that runs here.</summary>
    internal Task WhenIdleAsync() => Task.WhenAll(_tasks.Values);

    private void Start(JobRow job, CancellationToken stop)
    {
        var run = new RunningJob(job, stop);
        _running.Add(run);
        LogBegun(_log, job.Operation, job.EntityName, job.JobId, job.ActivityId);
        _tasks[run] = Task.Run(() => RunAsync(run, stop), CancellationToken.None);
    }

    private async Task RunAsync(RunningJob run, CancellationToken stop)
    {
        try
        {
            using var activity = _instruments.Begin(run.Job);
            using var keep = new CancellationTokenSource();
            var progress = new JobProgress(run.Job, _time);
            var kept = KeepAsync(run, progress, keep.Token);
            var (end, outcome) = await WorkAsync(run, progress, stop).ConfigureAwait(false);
            end = Timed(run.Job, end, progress, outcome);
            // Under the lease until it is stored: what was done would be done once more on another node.
            await StoreEndAsync(run, end, activity).ConfigureAwait(false);
            await keep.CancelAsync().ConfigureAwait(false);
            await kept.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Its lease runs out, and the sweep deals with the job.
            LogGivenUp(_log, e, run.Job.JobId);
        }
        finally
        {
            _running.Remove(run);
            _tasks.TryRemove(run, out _);
            run.Dispose();
            _queue.Announce();
        }
    }

    // Where the time went stands in the job, however it ended.
    private JobEnd Timed(JobRow job, JobEnd end, JobProgress progress, JobOutcome? outcome)
    {
        var times = outcome?.Phases ?? progress.Times;
        var slow = JobSlowness.Judge(job, times, outcome?.Times, _options, _time.GetUtcNow());
        var isOver = false;
        return end with
        {
            Job = row =>
            {
                end.Job(row);
                if (!(isOver = row.Phase is JobPhase.Ended))
                    return;
                (row.Times, row.Warnings) = (times, JobSlowness.Replace(row.Warnings, row.Operation, slow));
                if (slow is not null && row.Status is JobStatus.Completed)
                    row.Status = JobStatus.CompletedWithWarnings;
            },
            Item = item =>
            {
                end.Item?.Invoke(item);
                if (isOver && job.Operation is JobOperation.Backup or JobOperation.Restore)
                    item.Slow = JobSlowness.Replace(item.Slow, job.Operation, slow);
            },
        };
    }

    private async Task<(JobEnd End, JobOutcome? Outcome)> WorkAsync(RunningJob run, JobProgress progress, CancellationToken stop)
    {
        try
        {
            var outcome = await _executor.RunAsync(run.Job, new LeaseJournal(_leases, run.Job), progress, run.Token).ConfigureAwait(false);
            if (outcome.Frozen is { } frozen)
                _instruments.Frozen(run.Job, frozen);
            return (JobEnds.Done(outcome, progress), outcome);
        }
        catch (OperationCanceledException) when (run.Token.IsCancellationRequested)
        {
            return (stop.IsCancellationRequested ? JobEnds.PutBack() : JobEnds.Cancelled(progress), null);
        }
        catch (FaultException e)
        {
            LogFailed(_log, run.Job.Operation, run.Job.EntityName, run.Job.JobId, e.Message);
            return (JobEnds.Failed(run.Job, e.Fault, progress, _time.GetUtcNow()), null);
        }
        catch (Exception e)
        {
            LogBroken(_log, e, run.Job.Operation, run.Job.EntityName, run.Job.JobId, run.Job.ActivityId);
            return (JobEnds.Failed(run.Job, InputFaults.InternalError(run.Job.ActivityId, _options.DataFolder), progress, _time.GetUtcNow()), null);
        }
    }

    private async Task StoreEndAsync(RunningJob run, JobEnd end, Activity? activity)
    {
        for (var begun = _time.GetTimestamp(); ;)
        {
            try
            {
                await EndAsync(run, end, activity).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (!run.IsLeaseLost && _time.GetElapsedTime(begun) < EndPatience)
            {
                // The database is away for a moment, or the item was changed at the same time.
                LogEndNotStored(_log, e, run.Job.JobId);
            }

            await Task.Delay(_options.QueueInterval, _time).ConfigureAwait(false);
        }
    }

    private async Task EndAsync(RunningJob run, JobEnd end, Activity? activity)
    {
        // A node that stops still stores how its jobs ended.
        if (!run.IsLeaseLost && await _leases.EndAsync(run.Job, end.Job, db => EndItemAsync(db, run.Job, end), CancellationToken.None).ConfigureAwait(false) is { } ended)
            _instruments.End(ended, activity);
        else
            LogTakenOver(_log, run.Job.Operation, run.Job.EntityName, run.Job.JobId);
    }

    private static async Task EndItemAsync(ControlPlaneContext db, JobRow job, JobEnd end)
    {
        var item = await db.Items.SingleOrDefaultAsync(i => i.ItemId == job.ItemId).ConfigureAwait(false);
        if (item is null)
            return;
        end.Item?.Invoke(item);
        if (!end.RemovesItem)
            return;
        db.Remove(item);
        await db.Points.Where(p => p.ItemId == item.ItemId).ExecuteDeleteAsync().ConfigureAwait(false);
    }

    /// <summary>Renews the lease and stores the progress until the work ends; ends the work when the lease is lost or somebody cancels it.</summary>
    private async Task KeepAsync(RunningJob run, JobProgress progress, CancellationToken ct)
    {
        var renewed = _time.GetTimestamp();
        var isToldSlow = false;
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(_options.QueueInterval, _time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                var now = _time.GetTimestamp();
                if (ct.IsCancellationRequested)
                    return;
                if (!await _leases.RenewAsync(run.Job, ct).ConfigureAwait(false))
                {
                    run.Revoke();
                    return;
                }

                renewed = now;
                if (await _leases.ReportAsync(run.Job, progress.Take(), ct).ConfigureAwait(false) is { CancelAsked: true })
                    run.Cancel();
                if (!isToldSlow && JobSlowness.Judge(run.Job, progress.Times, null, _options, _time.GetUtcNow()) is { } slow)
                {
                    await _leases.TellSlowAsync(run.Job, slow, ct).ConfigureAwait(false);
                    isToldSlow = true;
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogNotRenewed(_log, e, run.Job.JobId);
                if (_time.GetElapsedTime(renewed) > _options.LeaseTime)
                {
                    // Another node may have begun by now.
                    run.Revoke();
                    return;
                }
            }
        }
    }

    [LoggerMessage(7201, LogLevel.Information, "{Operation} of {Item} begins (job {Job}, activity {Activity})")]
    private static partial void LogBegun(ILogger log, JobOperation operation, string item, Guid job, string activity);

    [LoggerMessage(7202, LogLevel.Warning, "{Operation} of {Item} failed (job {Job}): {Reason}")]
    private static partial void LogFailed(ILogger log, JobOperation operation, string item, Guid job, string reason);

    [LoggerMessage(7203, LogLevel.Error, "{Operation} of {Item} ended by an internal error (job {Job}, activity {Activity})")]
    private static partial void LogBroken(ILogger log, Exception e, JobOperation operation, string item, Guid job, string activity);

    [LoggerMessage(7204, LogLevel.Warning, "{Operation} of {Item} was taken over by another node (job {Job}); what this node did of it was given up")]
    private static partial void LogTakenOver(ILogger log, JobOperation operation, string item, Guid job);

    [LoggerMessage(7205, LogLevel.Error, "The queue couldn't be looked at; it is tried again")]
    private static partial void LogStepFailed(ILogger log, Exception e);

    [LoggerMessage(7206, LogLevel.Warning, "The lease of job {Job} couldn't be renewed; it is tried again until it runs out")]
    private static partial void LogNotRenewed(ILogger log, Exception e, Guid job);

    [LoggerMessage(7207, LogLevel.Error, "How job {Job} ended couldn't be stored; it is tried again")]
    private static partial void LogEndNotStored(ILogger log, Exception e, Guid job);

    [LoggerMessage(7208, LogLevel.Error, "How job {Job} ended couldn't be stored; it is dealt with when its lease has run out")]
    private static partial void LogGivenUp(ILogger log, Exception e, Guid job);
}
