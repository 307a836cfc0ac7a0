using NodaTime;

namespace Holdfast.ControlPlane.Policies;

/// <summary>
/// Every few hours within a window that opens each day: at its start, then after each interval that has passed, up to and including its end.
/// </summary>
/// <param name="IntervalHours">Hours between two points; hours that pass, whatever clocks do meanwhile.</param>
/// <param name="WindowStart">The time of day at which the window opens.</param>
/// <param name="WindowHours">How long it is open; it may reach into the next day, but ends when the next one opens.</param>
public sealed record HourlySchedule(int IntervalHours, LocalTime WindowStart, int WindowHours) : BackupSchedule;
