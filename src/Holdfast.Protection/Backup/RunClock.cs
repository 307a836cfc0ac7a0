namespace Holdfast.Protection.Backup;

/// <summary>Times the parts of a run on the monotonic clock.</summary>
internal sealed class RunClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long _lap = time.GetTimestamp();

    /// <summary>Time since the run began.</summary>
    public TimeSpan Total => time.GetElapsedTime(_start);

    /// <summary>Time since the last lap, and begins another.</summary>
    public TimeSpan Lap()
    {
        var now = time.GetTimestamp();
        var elapsed = time.GetElapsedTime(_lap, now);
        _lap = now;
        return elapsed;
    }
}
