using Holdfast.ControlPlane.Policies;
using NodaTime;

namespace Holdfast.ControlPlane.Tests.Policies;

internal static class SamplePolicies
{
    public static BackupPolicy Daily(string zone, int hour, int minute, params RetentionRule[] longer) =>
        Of(new DailySchedule(new LocalTime(hour, minute)), zone, longer);

    public static BackupPolicy Of(BackupSchedule schedule, string zone, params RetentionRule[] longer) => new(
        schedule is HourlySchedule ? PolicyGeneration.Enhanced : PolicyGeneration.Standard,
        schedule,
        schedule is WeeklySchedule weekly
            ? new(RetentionTag.Weekly, new() { Weekdays = weekly.Days }, 4)
            : new(RetentionTag.Daily, DayFilter.EveryDay, 30),
        longer,
        PolicyTimeZone.Find(zone)!,
        2,
        CrashConsistentOnly: false,
        StartWindow: TimeSpan.Zero,
        RebindAutomatically: false);
}
