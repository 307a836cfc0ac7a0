using NodaTime;

namespace Holdfast.ControlPlane.Policies;

/// <summary>Once a day.</summary>
/// <param name="Time">The time of day.</param>
public sealed record DailySchedule(LocalTime Time) : BackupSchedule;
