using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>What this node tells of its jobs to whoever measures: counters when they end, and a trace of each.</summary>
public sealed class JobInstruments : IDisposable
{
    /// <summary>The name of meter and source that exporters select.</summary>
    public const string Name = "Holdfast";

    private readonly Meter _meter = new(Name);
    private readonly ActivitySource _source = new(Name);
    private readonly Histogram<double> _seconds;
    private readonly Histogram<double> _frozenSeconds;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _readBytes;
    private readonly Counter<long> _storedBytes;

    /// <summary>Makes the instruments.</summary>
    public JobInstruments()
    {
        _seconds = _meter.CreateHistogram("holdfast.job.duration", "s", "How long jobs took, from their begin to their end", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 5, 15, 60, 300, 900, 3600, 14400, 43200] });
        _frozenSeconds = _meter.CreateHistogram("holdfast.freeze.duration", "s", "How long guests were frozen, from the freeze sent to the thaw acknowledged", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });
        _ended = _meter.CreateCounter<long>("holdfast.jobs.ended", description: "Jobs that this node ended");
        _readBytes = _meter.CreateCounter<long>("holdfast.job.read", "By", "Bytes that jobs handled");
        _storedBytes = _meter.CreateCounter<long>("holdfast.job.stored", "By", "Bytes that vaults grew by");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _meter.Dispose();
        _source.Dispose();
    }

    /// <summary>A job begins; the trace ends when what is returned is disposed.</summary>
    internal Activity? Begin(JobRow job)
    {
        var activity = _source.StartActivity($"job {job.Operation}");
        activity?.SetTag("holdfast.job.id", job.JobId).SetTag("holdfast.job.attempt", job.Attempts).SetTag("holdfast.activity.id", job.ActivityId)
            .SetTag("holdfast.vm", job.EntityName);
        return activity;
    }

    /// <summary>A guest was frozen by a job.</summary>
    internal void Frozen(JobRow job, TimeSpan time) =>
        _frozenSeconds.Record(time.TotalSeconds, new KeyValuePair<string, object?>("vm", job.EntityName));

    /// <summary>A job has ended, or is put back, as it is stored.</summary>
    /// <param name="job">The job.</param>
    /// <param name="activity">Its trace, or null.</param>
    internal void End(JobRow job, Activity? activity)
    {
        foreach (var task in job.Tasks.Where(t => activity is not null && t.StartUtc is not null))
        {
            using var step = _source.StartActivity(task.Id, ActivityKind.Internal, activity!.Context, startTime: task.StartUtc!.Value);
            step?.SetTag("holdfast.task.status", task.Status.ToString()).SetEndTime((task.EndUtc ?? task.StartUtc.Value).UtcDateTime);
        }

        activity?.SetTag("holdfast.job.status", job.Status.ToString());
        if (job.Error is { } error)
            activity?.SetStatus(ActivityStatusCode.Error, error.Code.Value);
        if (job.Phase is not JobPhase.Ended)
            return;
        var operation = new KeyValuePair<string, object?>("operation", job.Operation.ToString());
        var status = new KeyValuePair<string, object?>("status", job.Status.ToString());
        _ended.Add(1, operation, status);
        if (job is { BegunUtc: { } begun, EndUtc: { } ended })
            _seconds.Record((ended - begun).TotalSeconds, operation, status);
        _readBytes.Add(job.DoneBytes, operation);
        _storedBytes.Add(job.StoredBytes, operation);
    }
}
