using Holdfast.Faults;

namespace Holdfast.ControlPlane.Policies;

/// <summary>Reads <c>retentionPolicy</c>, against the schedule that it goes with.</summary>
internal sealed class RetentionReader
{
    // Azure's limits.
    private const int DaysMax = 9999;
    private const int WeeksMax = 5163;
    private const int MonthsMax = 1188;
    private const int YearsMax = 99;

    private const string ScheduleField = "schedulePolicy";

    private readonly BackupSchedule _schedule;
    private readonly PolicyField _frequency;

    private RetentionReader(BackupSchedule schedule, PolicyField frequency)
    {
        _schedule = schedule;
        _frequency = frequency;
    }

    public static (RetentionRule Base, IReadOnlyList<RetentionRule> Longer) Read(PolicyField retention, BackupSchedule schedule, PolicyField frequency)
    {
        retention.WithNames("retentionPolicyType", "dailySchedule", "weeklySchedule", "monthlySchedule", "yearlySchedule");
        retention.Get("retentionPolicyType").OneOf(("LongTermRetentionPolicy", true));
        var reader = new RetentionReader(schedule, frequency);
        var isWeekly = schedule is WeeklySchedule;
        if (isWeekly)
            retention.Without("dailySchedule", frequency);

        // The rule that every scheduled point falls under can't be left out.
        var daily = isWeekly ? null : reader.Daily(retention.Get("dailySchedule"));
        var weekly = isWeekly ? reader.Weekly(retention.Get("weeklySchedule"))
            : retention.Find("weeklySchedule") is { } w ? reader.Weekly(w) : null;
        var monthly = retention.Find("monthlySchedule") is { } m ? reader.Calendar(m, RetentionTag.Monthly) : null;
        var yearly = retention.Find("yearlySchedule") is { } y ? reader.Calendar(y, RetentionTag.Yearly) : null;
        RetentionRule?[] longer = isWeekly ? [monthly, yearly] : [weekly, monthly, yearly];
        return ((daily ?? weekly)!, [.. longer.OfType<RetentionRule>()]);
    }

    private RetentionRule Daily(PolicyField rule)
    {
        rule.WithNames("retentionTimes", "retentionDuration");
        Times(rule);
        return new(RetentionTag.Daily, DayFilter.EveryDay, Count(rule, "Days", DaysMax));
    }

    private RetentionRule Weekly(PolicyField rule)
    {
        rule.WithNames("daysOfTheWeek", "retentionTimes", "retentionDuration");
        Times(rule);
        var days = rule.Get("daysOfTheWeek");
        var weekdays = ScheduleReader.Weekdays(days);
        if (_schedule is WeeklySchedule schedule && !weekdays.SetEquals(schedule.Days))
            throw PolicyFaults.DaysDiffer(days.Path, ScheduleField).ToException();
        return new(RetentionTag.Weekly, new() { Weekdays = weekdays }, Count(rule, "Weeks", WeeksMax));
    }

    private RetentionRule Calendar(PolicyField rule, RetentionTag tag)
    {
        var isYearly = tag == RetentionTag.Yearly;
        string[] months = isYearly ? ["monthsOfYear"] : [];
        rule.WithNames([
            "retentionScheduleFormatType", "retentionScheduleDaily", "retentionScheduleWeekly", "retentionTimes", "retentionDuration", .. months]);
        Times(rule);

        // The format that isn't used may be filled in by clients, but has no say.
        rule.Find("retentionScheduleDaily")?.WithNames("daysOfTheMonth").Find("daysOfTheMonth")?.Each(d => d.WithNames("date", "isLast"));
        rule.Find("retentionScheduleWeekly")?.WithNames("daysOfTheWeek", "weeksOfTheMonth");
        var format = rule.Get("retentionScheduleFormatType");
        var byWeek = format.OneOf(("Daily", false), ("Weekly", true));

        // A weekly schedule meets a day of the month only by chance.
        if (!byWeek && _schedule is WeeklySchedule)
            throw PolicyFaults.FieldsExclude(format.Path, _frequency.Path, _frequency.Shown).ToException();
        var days = byWeek ? WeekFormat(rule.Get("retentionScheduleWeekly")) : DayFormat(rule.Get("retentionScheduleDaily"));
        if (isYearly)
            days = days with { Months = rule.Get("monthsOfYear").Items().Select(Month).ToHashSet() };
        return new(tag, days, isYearly ? Count(rule, "Years", YearsMax) : Count(rule, "Months", MonthsMax));
    }

    private DayFilter WeekFormat(PolicyField format)
    {
        format.WithNames("daysOfTheWeek", "weeksOfTheMonth");
        var days = format.Get("daysOfTheWeek");
        var weekdays = ScheduleReader.Weekdays(days);
        if (_schedule is WeeklySchedule schedule && !weekdays.IsSubsetOf(schedule.Days))
            throw PolicyFaults.DaysDiffer(days.Path, ScheduleField).ToException();
        var weeks = format.Get("weeksOfTheMonth").Items().Select(w => w.Named(WeekOfMonth.First, WeekOfMonth.Last)).ToHashSet();
        return new() { Weekdays = weekdays, Weeks = weeks };
    }

    private static DayFilter DayFormat(PolicyField format)
    {
        format.WithNames("daysOfTheMonth");
        var days = new HashSet<int>();
        var last = false;
        foreach (var day in format.Get("daysOfTheMonth").Items())
        {
            day.WithNames("date", "isLast");
            if (day.Find("isLast")?.Flag() == true)
            {
                // Clients write date 0 beside it.
                day.Find("date")?.Whole(0, 0);
                last = true;
            }
            else
            {
                days.Add(day.Get("date").Whole(1, 28));
            }
        }

        return new() { DaysOfMonth = days, LastDayOfMonth = last };
    }

    private static int Month(PolicyField month) => month.OneOf(
        ("January", 1), ("February", 2), ("March", 3), ("April", 4), ("May", 5), ("June", 6),
        ("July", 7), ("August", 8), ("September", 9), ("October", 10), ("November", 11), ("December", 12));

    private static int Count(PolicyField rule, string unit, int maximum)
    {
        var duration = rule.Get("retentionDuration").WithNames("count", "durationType");
        duration.Get("durationType").OneOf((unit, true));
        return duration.Get("count").Whole(1, maximum);
    }

    private void Times(PolicyField rule)
    {
        var scheduled = _schedule switch
        {
            DailySchedule daily => daily.Time,
            WeeklySchedule weekly => weekly.Time,
            HourlySchedule hourly => hourly.WindowStart,
            _ => throw new InvalidOperationException("A schedule of an unknown kind."),
        };
        if (rule.Find("retentionTimes") is not { } times)
            return;
        foreach (var time in times.Items())
        {
            if (time.TimeOfDay() != scheduled)
                throw PolicyFaults.TimesDiffer(time.Path, ScheduleField).ToException();
        }
    }
}
