using CsCheck;
using Holdfast.Protection.Points;
using Holdfast.Vault;

namespace Holdfast.Protection.Tests.Points;

public sealed class PrunePlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<RecoveryPoint> SomePoint = Gen.Select(Gen.Int[0, 3 * 365 * 24], Gen.Int[0, 9], Gen.Int[-1000, 1000])
        .Select((hours, mark, retain) => SamplePoints.Point(Now.AddHours(-hours).AddSeconds(-mark), mark switch
        {
            0 => new RetentionMark(true, null),
            1 => new RetentionMark(false, Now.AddHours(retain)),
            _ => RetentionMark.None,
        }));

    private static readonly Gen<PruneRule> SomeRule = Gen.Int[0, 5].Array[6].Select(n => new PruneRule(n[0], n[1], n[2], n[3], n[4], n[5]));

    private static readonly Gen<(List<RecoveryPoint> Points, PruneRule Rule, HashSet<PointId> Bad)> Cases =
        Gen.Select(SomePoint.List[0, 40], SomeRule, Gen.Int[0, 3]).Select((points, rule, every) =>
            (points, rule, points.Where((_, i) => every > 0 && i % (every + 1) != 0).Select(p => p.Id).ToHashSet()));

    [Fact]
    public void Held_points_and_the_newest_good_one_always_stay() => Cases.Sample(c =>
    {
        var plan = Plan(c.Points, c.Rule, c.Bad);
        Assert.Equal(c.Points.Count, plan.Count);
        Assert.All(plan.Where(d => d.Point.Stored.Retention.Holds(Now)), d => Assert.True(d.Keep));
        var good = plan.FirstOrDefault(d => !c.Bad.Contains(d.Point.Id));
        Assert.True(good is null || good.Keep);
        Assert.True(plan.Count == 0 || plan.Any(d => d.Keep));
        Assert.All(plan, d => Assert.Equal(d.Keep, d.Reasons.Count > 0));
    });

    [Fact]
    public void The_newest_n_points_stay() => Cases.Sample(c =>
    {
        var plan = Plan(c.Points, c.Rule, c.Bad);
        Assert.All(plan.Take(c.Rule.KeepLast), d => Assert.True(d.Keep));
        Assert.Equal(plan.Select(d => d.Point.CreatedUtc).OrderDescending(), plan.Select(d => d.Point.CreatedUtc));
    });

    [Fact]
    public void The_newest_point_of_each_of_the_last_days_stays() => Cases.Sample(c =>
    {
        var plan = Plan(c.Points, c.Rule, c.Bad);
        var days = plan.GroupBy(d => d.Point.CreatedUtc.UtcDateTime.Date).OrderByDescending(g => g.Key).Take(c.Rule.KeepDaily);
        Assert.All(days, day => Assert.True(day.First().Keep));
    });

    [Fact]
    public void The_newest_good_point_of_each_of_the_last_months_stays() => Cases.Sample(c =>
    {
        var plan = Plan(c.Points, c.Rule, c.Bad);
        var months = plan.GroupBy(d => d.Point.CreatedUtc.UtcDateTime.ToString("yyyy-MM")).OrderByDescending(g => g.Key).Take(c.Rule.KeepMonthly);
        Assert.All(months, month => Assert.True(month.FirstOrDefault(d => !c.Bad.Contains(d.Point.Id))?.Keep ?? true));
    });

    [Fact]
    public void No_more_stays_than_the_rules_ask_for() => Cases.Sample(c =>
    {
        var plan = Plan(c.Points, c.Rule, c.Bad);
        // A period whose newest point isn't good keeps two.
        var asked = c.Rule.KeepLast + (2 * (c.Rule.KeepHourly + c.Rule.KeepDaily + c.Rule.KeepWeekly + c.Rule.KeepMonthly + c.Rule.KeepYearly));
        var held = c.Points.Count(p => p.Stored.Retention.Holds(Now));
        Assert.True(plan.Count(d => d.Keep) <= asked + held + 1);
    });

    [Fact]
    public void A_second_pruning_by_the_same_rule_deletes_nothing() => Cases.Sample(c =>
    {
        var kept = Plan(c.Points, c.Rule, c.Bad).Where(d => d.Keep).Select(d => d.Point).ToList();
        Assert.All(Plan(kept, c.Rule, c.Bad), d => Assert.True(d.Keep));
    });

    [Fact]
    public void Nothing_asked_for_leaves_the_last_good_point()
    {
        var points = Enumerable.Range(0, 5).Select(i => SamplePoints.Point(Now.AddDays(-i))).ToList();
        var plan = Plan(points, new PruneRule(0, 0, 0, 0, 0, 0), [points[0].Id]);
        var kept = Assert.Single(plan, d => d.Keep);
        Assert.Equal(points[1].Id, kept.Point.Id);
        Assert.Equal(["last good point"], kept.Reasons);
    }

    [Fact]
    public void Weeks_are_ISO_weeks_and_reasons_name_the_period()
    {
        var sunday = SamplePoints.Point(new DateTimeOffset(2027, 1, 3, 12, 0, 0, TimeSpan.Zero));
        var monday = SamplePoints.Point(new DateTimeOffset(2027, 1, 4, 12, 0, 0, TimeSpan.Zero));
        var plan = Plan([sunday, monday], new PruneRule(0, 0, 0, 2, 0, 0), []);
        Assert.Equal(["weekly 2027-W01"], plan[0].Reasons);
        Assert.Equal(["weekly 2026-W53"], plan[1].Reasons);
    }

    private static IReadOnlyList<PruneDecision> Plan(List<RecoveryPoint> points, PruneRule rule, HashSet<PointId> bad) =>
        PrunePlan.Make(points, rule, p => !bad.Contains(p.Id), Now, TimeZoneInfo.Utc);
}
