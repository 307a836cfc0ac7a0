using CsCheck;
using Holdfast.ControlPlane.Policies;
using NodaTime;

namespace Holdfast.ControlPlane.Tests.Policies;

/// <summary>Schedules against a model that tries every minute of the operating system's time zones.</summary>
public sealed class ScheduleProperties
{
    // Around every change of clocks of these years, and anywhere else.
    private static readonly Gen<DateTime> Days = Gen.OneOf(
        Gen.Select(Gen.Int[2016, 2025], Gen.OneOf(3, 4, 9, 10, 11, 2), Gen.Int[1, 28], (y, m, d) => new DateTime(y, m, d)),
        Gen.Select(Gen.OneOf(2016, 2020, 2024), Gen.Int[26, 29], (y, d) => new DateTime(y, 2, d)),
        Gen.Select(Gen.Int[2016, 2025], Gen.Int[1, 365], (y, d) => new DateTime(y, 1, 1).AddDays(d - 1)));

    private static readonly Gen<LocalTime> Times = Gen.OneOf(
        Gen.Select(Gen.Int[0, 3], Gen.OneOf(0, 15, 30, 59), (h, m) => new LocalTime(h, m)),
        Gen.Select(Gen.Int[0, 23], Gen.Int[0, 59], (h, m) => new LocalTime(h, m)));

    private static readonly Gen<BackupSchedule> Schedules = Gen.OneOf<BackupSchedule>(
        Times.Select(t => (BackupSchedule)new DailySchedule(t)),
        Gen.Select(Gen.Enum<IsoDayOfWeek>().Where(d => d != IsoDayOfWeek.None).HashSet[1, 7], Times, (d, t) => (BackupSchedule)new WeeklySchedule(d, t)),
        Gen.Select(Gen.OneOf(4, 6, 8, 12, 24), Times, Gen.Int[4, 24], (i, t, w) => (BackupSchedule)new HourlySchedule(i, t, w)));

    [Fact]
    public void Every_time_of_a_schedule_is_found_and_no_other() =>
        Gen.Select(Schedules, Gen.OneOf(SystemClock.Zones), Days, Gen.Int[0, 24 * 60])
            .Sample(
                (schedule, zoneName, day, minutes) =>
                {
                    var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneName);
                    var from = new DateTimeOffset(day, TimeSpan.Zero).AddMinutes(minutes);
                    var until = from.AddDays(schedule is WeeklySchedule ? 9 : 3);
                    var policy = SamplePolicies.Of(schedule, zoneName);
                    var found = new List<DateTimeOffset>();
                    for (var due = ScheduleCalculator.NextDue(policy, from); due <= until; due = ScheduleCalculator.NextDue(policy, due))
                        found.Add(due);
                    Assert.Equal(Model(schedule, zone, from, until), found);
                },
                iter: 400);

    private static List<DateTimeOffset> Model(BackupSchedule schedule, TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset until)
    {
        var dues = new SortedSet<DateTimeOffset>();
        for (var day = from.Date.AddDays(-3); day <= until.Date.AddDays(2); day = day.AddDays(1))
        {
            switch (schedule)
            {
                case DailySchedule daily:
                    dues.Add(SystemClock.InstantOf(day + Span(daily.Time), zone));
                    break;
                case WeeklySchedule weekly when weekly.Days.Any(d => (int)d % 7 == (int)day.DayOfWeek):
                    dues.Add(SystemClock.InstantOf(day + Span(weekly.Time), zone));
                    break;
                case HourlySchedule hourly:
                    var opens = SystemClock.InstantOf(day + Span(hourly.WindowStart), zone);
                    var next = SystemClock.InstantOf(day.AddDays(1) + Span(hourly.WindowStart), zone);
                    for (var due = opens; due <= opens.AddHours(hourly.WindowHours) && due < next; due = due.AddHours(hourly.IntervalHours))
                        dues.Add(due);
                    break;
            }
        }

        return [.. dues.Where(d => d > from && d <= until)];
    }

    private static TimeSpan Span(LocalTime time) => new(time.Hour, time.Minute, 0);
}
