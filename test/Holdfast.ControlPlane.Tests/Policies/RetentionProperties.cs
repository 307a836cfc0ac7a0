using CsCheck;
using Holdfast.ControlPlane.Policies;
using NodaTime;

namespace Holdfast.ControlPlane.Tests.Policies;

/// <summary>Retention against a model that asks, point by point, whether a rule has a claim on it; and what must hold whatever the rules are.</summary>
public sealed class RetentionProperties
{
    private static readonly Gen<IReadOnlySet<IsoDayOfWeek>> Weekdays =
        Gen.Enum<IsoDayOfWeek>().Where(d => d != IsoDayOfWeek.None).HashSet[1, 3].Select(s => (IReadOnlySet<IsoDayOfWeek>)s);

    private static readonly Gen<DayFilter> CalendarDays = Gen.OneOf(
        Gen.Select(Weekdays, Gen.Enum<WeekOfMonth>().HashSet[1, 2], (d, w) => new DayFilter { Weekdays = d, Weeks = w }),
        Gen.Select(Gen.Int[1, 28].HashSet[0, 3], Gen.Bool, (d, l) => new DayFilter { DaysOfMonth = d, LastDayOfMonth = l || d.Count == 0 }));

    private static readonly Gen<RetentionRule[]> Longer = Gen.Select(
        Gen.Select(Weekdays, Gen.Int[1, 8], (d, c) => new RetentionRule(RetentionTag.Weekly, new() { Weekdays = d }, c)).List[0, 1],
        Gen.Select(CalendarDays, Gen.Int[1, 14], (d, c) => new RetentionRule(RetentionTag.Monthly, d, c)).List[0, 1],
        Gen.Select(CalendarDays, Gen.Int[1, 12].HashSet[1, 3], Gen.Int[1, 5], (d, m, c) => new RetentionRule(RetentionTag.Yearly, d with { Months = m }, c))
            .List[0, 1],
        (w, m, y) => (RetentionRule[])[.. w, .. m, .. y]);

    private static readonly Gen<BackupPolicy> Policies = Gen.Select(
        Gen.OneOf(SystemClock.Zones), Longer, Gen.Int[1, 40], (zone, longer, days) => SamplePolicies.Daily(zone, 1, 0, longer) with
        {
            Base = new(RetentionTag.Daily, DayFilter.EveryDay, days),
        });

    // Gaps in between, days with two, damaged ones and on-demand ones.
    private static readonly Gen<List<RetainedPoint>> Points = Gen.Select(
        Gen.Int[0, 2000],
        Gen.Select(Gen.Int[0, 60 * 24 * 3], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[0, 400]).List[0, 60],
        (start, steps) =>
        {
            var taken = new DateTimeOffset(2018, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(start);
            var points = new List<RetainedPoint>();
            foreach (var (minutes, kind, damage, retainDays) in steps)
            {
                taken = taken.AddMinutes(minutes + 1);
                var isOnDemand = kind == 0;
                points.Add(new(
                    $"p{points.Count:d3}", taken, isOnDemand ? null : taken.AddMinutes(-(retainDays % 90)),
                    (isOnDemand || kind == 1) && retainDays > 50 ? taken.AddDays(retainDays) : null, damage > 1)
                {
                    Tags = kind == 2 ? [(RetentionTag)(retainDays % 4)] : [],
                });
            }

            return points;
        });

    private static readonly Gen<int> DaysLater = Gen.OneOf(Gen.Int[0, 40], Gen.Int[0, 2500]);

    [Fact]
    public void Marks_and_expiry_agree_with_an_independent_model() =>
        Gen.Select(Policies, Points, DaysLater).Sample(
            (policy, points, later) =>
            {
                var now = Now(points, later);
                foreach (var decision in RetentionPlan.Make(policy, points, now).Decisions)
                {
                    var (tags, expires) = Model(policy, points, decision.Point);
                    Assert.Equal(tags, decision.Tags);
                    Assert.Equal(expires, decision.Expires);
                    if (decision.IsExpired)
                        Assert.True(expires <= now);
                }
            },
            iter: 150);

    [Fact]
    public void The_last_good_point_is_never_deleted_however_late_it_is() =>
        Gen.Select(Policies, Points, DaysLater).Sample((policy, points, later) =>
        {
            var expired = RetentionPlan.Make(policy, points, Now(points, later)).Expired.ToHashSet();
            if (points.LastOrDefault(p => p.IsGood) is { } newestGood)
                Assert.DoesNotContain(newestGood, expired);
            if (points.Count > 0)
                Assert.True(expired.Count < points.Count);
        });

    [Fact]
    public void Deleting_what_has_expired_makes_nothing_else_expire() =>
        Gen.Select(Policies, Points, DaysLater).Sample((policy, points, later) =>
        {
            var now = Now(points, later);
            var left = points.Except(RetentionPlan.Make(policy, points, now).Expired).ToList();
            var again = RetentionPlan.Make(policy, left, now);
            Assert.Empty(again.Expired);

            // No point loses a tag because others have gone.
            var before = RetentionPlan.Make(policy, points, now).Decisions.ToDictionary(d => d.Point.Id);
            Assert.All(again.Decisions, d => Assert.Subset(d.Tags.ToHashSet(), before[d.Point.Id].Tags.ToHashSet()));
        });

    [Fact]
    public void Damage_that_is_found_never_makes_a_point_go_earlier() =>
        Gen.Select(Policies, Points, Gen.Int[0, 60]).Sample((policy, points, hit) =>
        {
            var now = Now(points, 0);
            var damaged = points.Select((p, i) => i % 61 >= hit ? p with { IsGood = false } : p).ToList();
            var after = RetentionPlan.Make(policy, damaged, now).Decisions;
            Assert.All(RetentionPlan.Make(policy, [.. points.Select(p => p with { IsGood = true })], now).Decisions.Zip(after), d =>
            {
                Assert.Subset(d.Second.Tags.ToHashSet(), d.First.Tags.ToHashSet());
                Assert.True(d.First.Expires <= d.Second.Expires);
            });
        });

    [Fact]
    public void Another_time_zone_or_other_days_take_no_tag_away() =>
        Gen.Select(Policies, Policies, Points).Sample((policy, other, points) =>
        {
            var now = Now(points, 0);
            var before = RetentionPlan.Make(policy, points, now).Decisions;
            var after = RetentionPlan.Make(other, [.. before.Select(d => d.Point with { Tags = d.Tags })], now).Decisions;
            var kinds = other.Rules.Select(r => r.Tag).ToHashSet();
            Assert.All(before.Zip(after), d => Assert.Subset(d.Second.Tags.ToHashSet(), d.First.Tags.Where(kinds.Contains).ToHashSet()));
        });

    [Fact]
    public void An_on_demand_point_keeps_to_its_own_date() =>
        Gen.Select(Policies, Points, DaysLater).Sample((policy, points, later) => Assert.All(
            RetentionPlan.Make(policy, points, Now(points, later)).Decisions.Where(d => d.Point.Due is null),
            d =>
            {
                Assert.Equal(d.Point.RetainUntil ?? d.Point.Taken.AddDays(30), d.Expires);
                Assert.Empty(d.Tags);
            }));

    private static DateTimeOffset Now(List<RetainedPoint> points, int daysLater) =>
        points.Select(p => p.Taken).DefaultIfEmpty(DateTimeOffset.UnixEpoch).Max().AddDays(daysLater);

    private static (List<RetentionTag> Tags, DateTimeOffset Expires) Model(BackupPolicy policy, List<RetainedPoint> all, RetainedPoint point)
    {
        if (point.Due is null)
            return ([], point.RetainUntil ?? point.Taken.AddDays(30));
        var zone = TimeZoneInfo.FindSystemTimeZoneById(policy.TimeZone.Name);
        DateTime DayOf(RetainedPoint p) => SystemClock.LocalOf(p.Due!.Value, zone).Date;
        var day = DayOf(point);
        var local = SystemClock.LocalOf(point.Taken, zone);
        var minute = local.Date.AddMinutes(Math.Floor(local.TimeOfDay.TotalMinutes));
        var rest = local - minute;
        var tags = new List<RetentionTag> { policy.Base.Tag };
        var expires = SystemClock.InstantOf(minute.AddDays(policy.Base.Count), zone) + rest;
        foreach (var rule in policy.Longer)
        {
            // The rule's latest day at or before the point's decides; an earlier one has no claim on it.
            var claimed = Enumerable.Range(0, 8).Select(i => day.AddDays(-i)).Where(d => IsMeant(rule.Days, d)).Take(1).ToList();
            bool IsFirst(Func<RetainedPoint, bool> counts) => claimed.Count == 1 && counts(point)
                && !all.Any(o => o != point && o.Due is not null && counts(o) && DayOf(o) >= claimed[0]
                    && (DayOf(o) < day || (DayOf(o) == day && all.IndexOf(o) < all.IndexOf(point))));
            if (!IsFirst(_ => true) && !IsFirst(o => o.IsGood) && !point.Tags.Contains(rule.Tag))
                continue;
            tags.Add(rule.Tag);
            var end = rule.Tag switch
            {
                RetentionTag.Weekly => minute.AddDays(7 * rule.Count),
                RetentionTag.Monthly => minute.AddMonths(rule.Count),
                _ => minute.AddYears(rule.Count),
            };
            var until = SystemClock.InstantOf(end, zone) + rest;
            expires = until > expires ? until : expires;
        }

        return (tags, point.RetainUntil > expires ? point.RetainUntil.Value : expires);
    }

    private static bool IsMeant(DayFilter filter, DateTime day)
    {
        if (filter.Months is { } months && !months.Contains(day.Month))
            return false;
        if (filter.DaysOfMonth is { } days)
            return days.Contains(day.Day) || (filter.LastDayOfMonth && day.AddDays(1).Month != day.Month);
        if (!filter.Weekdays!.Any(d => (int)d % 7 == (int)day.DayOfWeek))
            return false;
        if (filter.Weeks is not { } weeks)
            return true;
        var sameDays = new List<int>();
        for (var d = new DateTime(day.Year, day.Month, 1); d.Month == day.Month; d = d.AddDays(1))
        {
            if (d.DayOfWeek == day.DayOfWeek)
                sameDays.Add(d.Day);
        }

        string[] names = ["First", "Second", "Third", "Fourth"];
        return weeks.Any(w => w == WeekOfMonth.Last
            ? sameDays[^1] == day.Day
            : sameDays[Array.IndexOf(names, w.ToString())] == day.Day);
    }
}
