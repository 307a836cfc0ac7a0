using Holdfast.Protection.Backup;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>Turns the engine's reports, which come often, into a job's tasks, percentage and rate, which are stored now and then.</summary>
/// <param name="job">The job.</param>
/// <param name="time">The clock.</param>
internal sealed class JobProgress(JobRow job, TimeProvider time) : IProgress<RunProgress>
{
    private const double SnapshotPercent = 5;
    private const double TransferPercent = 90;

    private readonly Lock _lock = new();
    private JobFigures _figures = new(job.Tasks, 0, 0, 0, 0, 0, null, job.Operation is JobOperation.Backup or JobOperation.Restore);
    private DateTimeOffset? _transferSince;
    private bool _changed;

    /// <summary>Where the time of the work went, as far as the engine has told.</summary>
    public PhaseTimes? Times { get; private set; }

    /// <inheritdoc/>
    public void Report(RunProgress value)
    {
        lock (_lock)
        {
            Times = value.Times ?? Times;
            _figures = Next(_figures, value, time.GetUtcNow());
            _changed = true;
        }
    }

    /// <summary>The figures.</summary>
    public JobFigures Latest
    {
        get
        {
            lock (_lock)
                return _figures;
        }
    }

    /// <summary>The figures if they have changed since they were last taken.</summary>
    public JobFigures? Take()
    {
        lock (_lock)
        {
            var taken = _changed ? _figures : null;
            _changed = false;
            return taken;
        }
    }

    /// <summary>The tasks as they are when the job ends.</summary>
    public IReadOnlyList<JobTask> End(JobTaskStatus status)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            return [.. _figures.Tasks.Select(t => t.Status switch
            {
                JobTaskStatus.InProgress => t with { Status = status, EndUtc = now },
                JobTaskStatus.NotStarted when status is JobTaskStatus.Completed => t with { Status = status, StartUtc = now, EndUtc = now },
                _ => t,
            })];
        }
    }

    private JobFigures Next(JobFigures old, RunProgress p, DateTimeOffset now)
    {
        var (index, canCancel) = p.Stage switch
        {
            RunStage.Prepare => (-1, true),
            RunStage.TakeSnapshot => (0, true),
            RunStage.Transfer => (1, true),
            RunStage.Restore => (0, true),
            // The point of no return.
            _ => (old.Tasks.Count - 1, false),
        };
        var tasks = old.Tasks.Select((t, i) => i == index && t.Status is JobTaskStatus.NotStarted ? t with { Status = JobTaskStatus.InProgress, StartUtc = now }
            : i < index && t.Status is not JobTaskStatus.Completed ? t with { Status = JobTaskStatus.Completed, StartUtc = t.StartUtc ?? now, EndUtc = now }
            : t).ToList();
        if (p.Stage is not (RunStage.Transfer or RunStage.Restore))
            return old with { Tasks = tasks, IsCancellable = canCancel, Percent = Math.Max(old.Percent, p.Stage is RunStage.TakeSnapshot ? 1 : old.Percent) };

        tasks[index] = tasks[index] with { DoneBytes = p.DoneBytes, TotalBytes = Math.Max(p.TotalBytes, p.DoneBytes) };
        _transferSince ??= now;
        var seconds = (now - _transferSince.Value).TotalSeconds;
        var rate = seconds >= 1 ? p.DoneBytes / seconds : 0;
        var share = p.TotalBytes > 0 ? Math.Min(1, (double)p.DoneBytes / p.TotalBytes) : 0;
        DateTimeOffset? end = rate > 0 && p.TotalBytes > p.DoneBytes ? now + TimeSpan.FromSeconds((p.TotalBytes - p.DoneBytes) / rate) : null;
        return new JobFigures(
            tasks, Math.Max(old.Percent, SnapshotPercent + (share * TransferPercent)), p.DoneBytes, p.TotalBytes, p.StoredBytes, rate, end, canCancel);
    }
}

/// <summary>How far a job is.</summary>
internal sealed record JobFigures(
    IReadOnlyList<JobTask> Tasks, double Percent, long DoneBytes, long TotalBytes, long StoredBytes, double BytesPerSecond,
    DateTimeOffset? EstimatedEndUtc, bool IsCancellable);
