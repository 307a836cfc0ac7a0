using NodaTime;

namespace Holdfast.ControlPlane.Policies;

/// <summary>On some days of the week, once a day.</summary>
/// <param name="Days">The days; at least one.</param>
/// <param name="Time">The time of day.</param>
public sealed record WeeklySchedule(IReadOnlySet<IsoDayOfWeek> Days, LocalTime Time) : BackupSchedule;
