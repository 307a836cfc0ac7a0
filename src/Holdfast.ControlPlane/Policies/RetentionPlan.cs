using NodaTime;

namespace Holdfast.ControlPlane.Policies;

/// <summary>Which points of an item a policy keeps, as what and until when. Pure; carrying it out is somebody else's work.</summary>
/// <remarks>
/// Every scheduled point is kept by the policy's base rule. Of each day that a longer rule means, the first good point takes that rule's tag, too. Where the
/// day has none, since its run failed or protection began later, the first good one of the next seven days does, unless the rule means another day before
/// that: a month whose one run failed shouldn't be without a monthly point. No point ever loses a tag because others were deleted.
/// </remarks>
public sealed class RetentionPlan
{
    /// <summary>For how long an on-demand point is kept that nobody gave a date.</summary>
    public static readonly TimeSpan OnDemandDefault = TimeSpan.FromDays(30);

    private const int FallbackDays = 7;

    private RetentionPlan(IReadOnlyList<RetentionDecision> decisions) => Decisions = decisions;

    /// <summary>A decision on each point, the oldest first.</summary>
    public IReadOnlyList<RetentionDecision> Decisions { get; }

    /// <summary>The points to delete, the oldest first.</summary>
    public IEnumerable<RetainedPoint> Expired => Decisions.Where(d => d.IsExpired).Select(d => d.Point);

    /// <summary>Makes the plan for one item.</summary>
    /// <param name="policy">The policy that the item has now; it decides on points taken under an earlier one, too.</param>
    /// <param name="points">All points of the item; ids are unique.</param>
    /// <param name="now">The present.</param>
    public static RetentionPlan Make(BackupPolicy policy, IReadOnlyCollection<RetainedPoint> points, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(points);
        var zone = policy.TimeZone.Zone;
        var ordered = points.OrderBy(p => p.Taken).ThenBy(p => p.Id, StringComparer.Ordinal).ToList();
        var scheduled = ordered.Where(p => p.Due is not null).ToList();
        var tags = scheduled.ToDictionary(p => p.Id, _ => new List<RetentionTag> { policy.Base.Tag }, StringComparer.Ordinal);
        foreach (var rule in policy.Longer)
        {
            foreach (var point in Tagged(rule, scheduled, zone))
                tags[point.Id].Add(rule.Tag);
        }

        // The last good point; where none is good, the newest, of which at least a part can be read.
        var last = ordered.LastOrDefault(p => p.IsGood) ?? ordered.LastOrDefault();
        return new([.. ordered.Select(p => Decide(policy, p, tags.GetValueOrDefault(p.Id) ?? [], ReferenceEquals(p, last), now))]);
    }

    private static RetentionDecision Decide(
        BackupPolicy policy, RetainedPoint point, List<RetentionTag> tags, bool isLastGood, DateTimeOffset now)
    {
        var expires = point.Due is null
            ? point.RetainUntil ?? point.Taken + OnDemandDefault
            : policy.Rules.Where(r => tags.Contains(r.Tag)).Max(r => Expiry(point.Taken, r, policy.TimeZone.Zone));
        var isOver = expires <= now;
        return new(point, tags, expires, isOver && !isLastGood, isOver && isLastGood);
    }

    private static IEnumerable<RetainedPoint> Tagged(RetentionRule rule, List<RetainedPoint> scheduled, DateTimeZone zone)
    {
        if (scheduled.Count == 0)
            yield break;
        var firstGoodOfDay = scheduled.Where(p => p.IsGood).GroupBy(p => Day(p, zone)).ToDictionary(g => g.Key, g => g.First());
        var lastDay = scheduled.Max(p => Day(p, zone));
        for (var day = scheduled.Min(p => Day(p, zone)).PlusDays(-FallbackDays); day <= lastDay; day = day.PlusDays(1))
        {
            if (!rule.Days.Includes(day))
                continue;
            var candidates = Enumerable.Range(0, FallbackDays + 1).Select(day.PlusDays).TakeWhile(d => d == day || !rule.Days.Includes(d));
            if (candidates.Select(firstGoodOfDay.GetValueOrDefault).FirstOrDefault(p => p is not null) is { } point)
                yield return point;
        }
    }

    private static LocalDate Day(RetainedPoint point, DateTimeZone zone) =>
        Instant.FromDateTimeOffset(point.Due ?? point.Taken).InZone(zone).Date;

    private static DateTimeOffset Expiry(DateTimeOffset taken, RetentionRule rule, DateTimeZone zone)
    {
        var period = rule.Tag switch
        {
            RetentionTag.Daily => Period.FromDays(rule.Count),
            RetentionTag.Weekly => Period.FromWeeks(rule.Count),
            RetentionTag.Monthly => Period.FromMonths(rule.Count),
            RetentionTag.Yearly => Period.FromYears(rule.Count),
            _ => throw new InvalidOperationException("A tag of an unknown kind."),
        };
        return Instant.FromDateTimeOffset(taken).InZone(zone).LocalDateTime.Plus(period).InZoneLeniently(zone).ToDateTimeOffset().ToUniversalTime();
    }
}
