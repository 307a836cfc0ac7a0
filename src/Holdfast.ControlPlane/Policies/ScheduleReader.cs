using System.Globalization;
using Holdfast.Faults;
using NodaTime;

namespace Holdfast.ControlPlane.Policies;

/// <summary>Reads <c>schedulePolicy</c>.</summary>
internal static class ScheduleReader
{
    private const int WindowHoursMin = 4;
    private const int WindowHoursMax = 24;

    public static BackupSchedule Read(PolicyField schedule, PolicyGeneration generation) =>
        generation == PolicyGeneration.Enhanced ? Enhanced(schedule) : Standard(schedule);

    /// <summary>A set of days of the week.</summary>
    public static IReadOnlySet<IsoDayOfWeek> Weekdays(PolicyField days) =>
        days.Items().Select(d => d.Named(IsoDayOfWeek.Monday, IsoDayOfWeek.Sunday)).ToHashSet();

    private static BackupSchedule Standard(PolicyField schedule)
    {
        schedule.WithNames(
            "schedulePolicyType", "scheduleRunFrequency", "scheduleRunDays", "scheduleRunTimes", "scheduleWeeklyFrequency", "hourlySchedule");
        schedule.Get("schedulePolicyType").OneOf(("SimpleSchedulePolicy", true));

        // Azure's clients send 0; a run every second or third week isn't something that VMs have there.
        schedule.Find("scheduleWeeklyFrequency")?.Whole(0, 1);
        var frequency = schedule.Get("scheduleRunFrequency");
        var isWeekly = frequency.OneOf(("Daily", false), ("Weekly", true));
        schedule.Without("hourlySchedule", frequency);
        if (isWeekly)
            return new WeeklySchedule(Weekdays(schedule.Get("scheduleRunDays")), OneTime(schedule));
        schedule.Without("scheduleRunDays", frequency);
        return new DailySchedule(OneTime(schedule));
    }

    private static BackupSchedule Enhanced(PolicyField schedule)
    {
        schedule.WithNames("schedulePolicyType", "scheduleRunFrequency", "hourlySchedule", "dailySchedule", "weeklySchedule");
        schedule.Get("schedulePolicyType").OneOf(("SimpleSchedulePolicyV2", true));
        var frequency = schedule.Get("scheduleRunFrequency");
        var part = frequency.OneOf(("Hourly", "hourlySchedule"), ("Daily", "dailySchedule"), ("Weekly", "weeklySchedule"));
        foreach (var other in (string[])["hourlySchedule", "dailySchedule", "weeklySchedule"])
        {
            if (other != part)
                schedule.Without(other, frequency);
        }

        var given = schedule.Get(part);
        switch (part)
        {
            case "hourlySchedule":
                given.WithNames("interval", "scheduleWindowStartTime", "scheduleWindowDuration");
                return new HourlySchedule(
                    Interval(given.Get("interval")),
                    given.Get("scheduleWindowStartTime").TimeOfDay(),
                    given.Get("scheduleWindowDuration").Whole(WindowHoursMin, WindowHoursMax));
            case "dailySchedule":
                return new DailySchedule(OneTime(given.WithNames("scheduleRunTimes")));
            default:
                given.WithNames("scheduleRunDays", "scheduleRunTimes");
                return new WeeklySchedule(Weekdays(given.Get("scheduleRunDays")), OneTime(given));
        }
    }

    private static LocalTime OneTime(PolicyField schedule)
    {
        var times = schedule.Get("scheduleRunTimes").Items();
        return times.Count == 1
            ? times[0].TimeOfDay()
            : throw PolicyFaults.NumberOutOfRange(schedule.Path + ".scheduleRunTimes.length", times.Count.ToString(
                CultureInfo.InvariantCulture), 1, 1).ToException();
    }

    private static int Interval(PolicyField interval) => interval.Whole(4, 24) is var hours && 24 % hours == 0
        ? hours
        : throw PolicyFaults.ValueNotAllowed(interval.Path, interval.Shown, ["4", "6", "8", "12", "24"]).ToException();
}
