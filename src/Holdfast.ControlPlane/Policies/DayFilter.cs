using NodaTime;

namespace Holdfast.ControlPlane.Policies;

/// <summary>Which days of the calendar a retention rule means. What isn't given doesn't restrict.</summary>
public sealed record DayFilter
{
    /// <summary>Every day.</summary>
    public static DayFilter EveryDay { get; } = new();

    /// <summary>Only these days of the week.</summary>
    public IReadOnlySet<IsoDayOfWeek>? Weekdays { get; init; }

    /// <summary>Only these occurrences of the day of the week in its month.</summary>
    public IReadOnlySet<WeekOfMonth>? Weeks { get; init; }

    /// <summary>Only these days of the month; empty if only <see cref="LastDayOfMonth"/> is meant.</summary>
    public IReadOnlySet<int>? DaysOfMonth { get; init; }

    /// <summary>With <see cref="DaysOfMonth"/>: the month's last day, too, whichever it is.</summary>
    public bool LastDayOfMonth { get; init; }

    /// <summary>Only in these months, 1 to 12.</summary>
    public IReadOnlySet<int>? Months { get; init; }

    /// <summary>Whether the rule means this day.</summary>
    public bool Includes(LocalDate date)
    {
        var daysInMonth = date.Calendar.GetDaysInMonth(date.Year, date.Month);
        return (Months is null || Months.Contains(date.Month))
            && (Weekdays is null || Weekdays.Contains(date.DayOfWeek))
            && (Weeks is null || Weeks.Contains((WeekOfMonth)((date.Day + 6) / 7)) || (Weeks.Contains(WeekOfMonth.Last) && date.Day + 7 > daysInMonth))
            && (DaysOfMonth is null || DaysOfMonth.Contains(date.Day) || (LastDayOfMonth && date.Day == daysInMonth));
    }
}
