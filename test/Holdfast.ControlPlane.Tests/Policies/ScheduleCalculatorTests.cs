using System.Globalization;
using Holdfast.ControlPlane.Policies;
using NodaTime;

namespace Holdfast.ControlPlane.Tests.Policies;

public sealed class ScheduleCalculatorTests
{
    [Theory]
    [InlineData("Pacific Standard Time", 2, 30, "2024-03-10T00:00Z", "2024-03-10T10:30Z")] // 02:30 doesn't exist: 03:30 PDT
    [InlineData("Pacific Standard Time", 1, 30, "2024-11-03T00:00Z", "2024-11-03T08:30Z")] // 01:30 exists twice: the first, PDT
    [InlineData("Pacific Standard Time", 1, 30, "2024-11-03T08:30Z", "2024-11-04T09:30Z")] // and only once
    [InlineData("W. Europe Standard Time", 2, 30, "2024-03-30T23:00Z", "2024-03-31T01:30Z")]
    [InlineData("Europe/Berlin", 2, 30, "2024-10-26T23:00Z", "2024-10-27T00:30Z")]
    [InlineData("Australia/Lord_Howe", 2, 15, "2024-10-05T14:00Z", "2024-10-05T15:45Z")] // half an hour forward
    [InlineData("India Standard Time", 1, 0, "2024-01-01T00:00Z", "2024-01-01T19:30Z")]
    [InlineData("Asia/Beirut", 0, 0, "2024-03-30T12:00Z", "2024-03-30T22:00Z")] // midnight doesn't exist: 01:00
    [InlineData("UTC", 12, 0, "2024-02-28T12:00Z", "2024-02-29T12:00Z")]
    [InlineData("UTC", 12, 0, "2023-02-28T12:00Z", "2023-03-01T12:00Z")]
    [InlineData("Pacific/Apia", 14, 0, "2011-12-30T01:00Z", "2011-12-31T00:00Z")] // 30 December didn't exist there
    public void A_daily_time_is_found_on_its_zones_clocks(string zone, int hour, int minute, string after, string due) =>
        Assert.Equal(At(due), ScheduleCalculator.NextDue(SamplePolicies.Daily(zone, hour, minute), At(after)));

    [Fact]
    public void The_next_time_is_strictly_later()
    {
        var policy = SamplePolicies.Daily("UTC", 16, 0);
        Assert.Equal(At("2024-05-01T16:00Z"), ScheduleCalculator.NextDue(policy, At("2024-05-01T16:00Z").AddTicks(-1)));
        Assert.Equal(At("2024-05-02T16:00Z"), ScheduleCalculator.NextDue(policy, At("2024-05-01T16:00Z")));
    }

    [Fact]
    public void A_weekly_schedule_runs_on_its_days_of_its_zone()
    {
        var policy = SamplePolicies.Of(
            new WeeklySchedule(new HashSet<IsoDayOfWeek> { IsoDayOfWeek.Sunday, IsoDayOfWeek.Wednesday }, new LocalTime(1, 0)), "Taipei Standard Time");
        Assert.Equal(
            [At("2024-06-04T17:00Z"), At("2024-06-08T17:00Z"), At("2024-06-11T17:00Z")],
            DuesAfter(policy, At("2024-06-03T00:00Z"), 3));
    }

    [Fact]
    public void A_window_that_crosses_midnight_goes_on_the_next_day()
    {
        var policy = SamplePolicies.Of(new HourlySchedule(4, new LocalTime(20, 0), 12), "UTC");
        Assert.Equal(
            [At("2024-06-02T00:00Z"), At("2024-06-02T04:00Z"), At("2024-06-02T08:00Z"), At("2024-06-02T20:00Z")],
            DuesAfter(policy, At("2024-06-01T20:00Z"), 4));
    }

    [Fact]
    public void A_window_of_a_whole_day_runs_on_without_a_double_at_its_seam()
    {
        var policy = SamplePolicies.Of(new HourlySchedule(6, new LocalTime(9, 0), 24), "UTC");
        Assert.Equal(
            [At("2024-06-02T03:00Z"), At("2024-06-02T09:00Z"), At("2024-06-02T15:00Z")],
            DuesAfter(policy, At("2024-06-01T21:00Z"), 3));
    }

    [Fact]
    public void Hours_of_a_window_are_hours_that_pass_when_clocks_change()
    {
        var policy = SamplePolicies.Of(new HourlySchedule(4, new LocalTime(20, 0), 12), "Europe/Berlin");
        Assert.Equal(
            [At("2024-03-30T19:00Z"), At("2024-03-30T23:00Z"), At("2024-03-31T03:00Z"), At("2024-03-31T07:00Z"), At("2024-03-31T18:00Z")],
            DuesAfter(policy, At("2024-03-30T12:00Z"), 5));
    }

    [Fact]
    public void An_item_starts_at_the_same_distance_from_every_due_time()
    {
        var policy = SamplePolicies.Daily("Europe/Berlin", 2, 30) with { StartWindow = TimeSpan.FromMinutes(60) };
        var offset = ScheduleCalculator.Offset("item-7", policy.StartWindow);
        var now = At("2024-03-25T00:00Z");
        for (var i = 0; i < 20; i++)
        {
            var next = ScheduleCalculator.Next(policy, "item-7", now);
            Assert.Equal(next.Due + offset, next.Start);
            Assert.Equal(next, ScheduleCalculator.Next(policy, "item-7", next.Start.AddTicks(-1)));
            Assert.True(next.Start > now);
            now = next.Start;
        }
    }

    [Fact]
    public void Offsets_fill_the_window_evenly_and_a_window_of_nothing_has_none()
    {
        var window = TimeSpan.FromMinutes(60);
        var offsets = Enumerable.Range(0, 6000).Select(i => ScheduleCalculator.Offset($"/items/{i}", window)).ToList();
        Assert.All(offsets, o => Assert.InRange(o, TimeSpan.Zero, window - TimeSpan.FromSeconds(1)));
        var perTenth = offsets.CountBy(o => (int)(o.TotalMinutes / 6)).ToDictionary();
        Assert.All(Enumerable.Range(0, 10), tenth => Assert.InRange(perTenth[tenth], 480, 720));
        Assert.Equal(TimeSpan.Zero, ScheduleCalculator.Offset("/items/1", TimeSpan.Zero));
    }

    private static List<DateTimeOffset> DuesAfter(BackupPolicy policy, DateTimeOffset after, int count)
    {
        var dues = new List<DateTimeOffset>();
        while (dues.Count < count)
            dues.Add(after = ScheduleCalculator.NextDue(policy, after));
        return dues;
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
