namespace Holdfast.ControlPlane.Tests.Schedule;

/// <summary>The system's clock, set to another time when it is made. Waiting takes as long as it does.</summary>
internal sealed class ShiftedTime(DateTimeOffset start) : TimeProvider
{
    private readonly TimeSpan _shift = start - System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _shift;
}
