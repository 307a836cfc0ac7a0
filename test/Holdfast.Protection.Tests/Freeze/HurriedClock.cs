namespace Holdfast.Protection.Tests.Freeze;

/// <summary>A clock on which everything happens sooner: for pauses that a test would otherwise sit through.</summary>
internal sealed class HurriedClock(int times) : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / times : dueTime, period);

    public override long GetTimestamp() => base.GetTimestamp() * times;
}
