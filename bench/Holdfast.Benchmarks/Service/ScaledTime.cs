namespace Holdfast.Benchmarks.Service;

/// <summary>A clock that runs faster than time does, timers too.</summary>
internal sealed class ScaledTime(DateTimeOffset start, double speed) : TimeProvider
{
    private readonly long _began = System.GetTimestamp();

    public double Speed => speed;

    public override DateTimeOffset GetUtcNow() => start + (System.GetElapsedTime(_began) * speed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Scaled(dueTime), Scaled(period));

    private TimeSpan Scaled(TimeSpan time) => time <= TimeSpan.Zero ? time : time / speed;
}
