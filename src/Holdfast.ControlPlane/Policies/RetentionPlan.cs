using NodaTime;

namespace Holdfast.ControlPlane.Policies;

/// <summary>Which points of an item a policy keeps, as what and until when. Pure; carrying it out is somebody else's work.</summary>
/// <remarks>
/// Every scheduled point is kept by the policy's base rule. Of each day that a longer rule means, the first point takes that rule's tag, too. Where the
/// day has none, since its run failed or protection began later, the first one of the next seven days does, unless the rule means another day before
/// that: a month whose one run failed shouldn't be without a monthly point. Where that point isn't good, the first good one takes the tag as well.
/// <para>
/// No point ever loses a tag, as long as the policy has a rule of its kind: not because others were deleted, not because damage was found in it (the next
/// backup may heal it, and most of it can be restored meanwhile), not because the rule's days or the time zone were changed. What a rule would have picked
/// in its place is long gone by then.
/// </para>
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
            var due = Due(rule, scheduled, zone).Concat(Due(rule, [.. scheduled.Where(p => p.IsGood)], zone)).Select(p => p.Id).ToHashSet();
            foreach (var point in scheduled.Where(p => due.Contains(p.Id) || p.Tags.Contains(rule.Tag)))
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
            : policy.Rules.Where(r => tags.Contains(r.Tag)).Select(r => Expiry(point.Taken, r, policy.TimeZone.Zone))
                .Append(point.RetainUntil ?? DateTimeOffset.MinValue).Max();
        var isOver = expires <= now;
        return new(point, tags, expires, isOver && !isLastGood, isOver && isLastGood);
    }

    // The points that a rule picks of these.
    private static IEnumerable<RetainedPoint> Due(RetentionRule rule, List<RetainedPoint> points, DateTimeZone zone)
    {
        if (points.Count == 0)
            yield break;
        var firstOfDay = points.GroupBy(p => Day(p, zone)).ToDictionary(g => g.Key, g => g.First());
        var lastDay = firstOfDay.Keys.Max();
        for (var day = firstOfDay.Keys.Min().PlusDays(-FallbackDays); day <= lastDay; day = day.PlusDays(1))
        {
            if (!rule.Days.Includes(day))
                continue;
            var candidates = Enumerable.Range(0, FallbackDays + 1).Select(day.PlusDays).TakeWhile(d => d == day || !rule.Days.Includes(d));
            if (candidates.Select(firstOfDay.GetValueOrDefault).FirstOrDefault(p => p is not null) is { } point)
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
