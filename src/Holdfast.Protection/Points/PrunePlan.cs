using System.Globalization;

namespace Holdfast.Protection.Points;

/// <summary>
/// Decides which points of one source go. Pure. Each rule walks from the newest point to the oldest and keeps the first point of
/// every new period until its count is used up, as restic's and Proxmox Backup Server's rules do; a point stays if any rule keeps it. Where that
/// point isn't good, the newest good one of the period stays as well.
/// </summary>
/// <remarks>
/// INV-R2: points that are protected, locked or must be retained always stay, and so does the newest good point, whatever the rule says.
/// </remarks>
public static class PrunePlan
{
    /// <summary>Makes the plan, newest point first.</summary>
    /// <param name="points">Points of one source, in any order.</param>
    /// <param name="rule">What to keep.</param>
    /// <param name="isGood">Whether a point can be restored whole; asked only of points that it matters for.</param>
    /// <param name="now">The present.</param>
    /// <param name="zone">Whose hours, days, weeks, months and years count.</param>
    public static IReadOnlyList<PruneDecision> Make(
        IReadOnlyCollection<RecoveryPoint> points, PruneRule rule, Func<RecoveryPoint, bool> isGood, DateTimeOffset now, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(isGood);
        ArgumentNullException.ThrowIfNull(zone);

        var ordered = points.OrderByDescending(p => p.CreatedUtc).ThenBy(p => p.Id.ToString(), StringComparer.Ordinal).ToList();
        var reasons = ordered.Select(p => HoldReasons(p, now)).ToList();
        KeepNewest(reasons, rule.KeepLast);
        Keep("hourly", rule.KeepHourly, t => t.ToString("yyyy-MM-dd HH'h'", CultureInfo.InvariantCulture));
        Keep("daily", rule.KeepDaily, t => t.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Keep("weekly", rule.KeepWeekly, t => string.Create(
            CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(t.DateTime)}-W{ISOWeek.GetWeekOfYear(t.DateTime):00}"));
        Keep("monthly", rule.KeepMonthly, t => t.ToString("yyyy-MM", CultureInfo.InvariantCulture));
        Keep("yearly", rule.KeepYearly, t => t.ToString("yyyy", CultureInfo.InvariantCulture));
        KeepLastGood();
        return [.. ordered.Select((p, i) => new PruneDecision(p, reasons[i].Count > 0, reasons[i]))];

        void Keep(string name, int count, Func<DateTimeOffset, string> periodOf)
        {
            string? last = null;
            var isSettled = true;
            for (var i = 0; i < ordered.Count && (count > 0 || !isSettled); i++)
            {
                var period = periodOf(TimeZoneInfo.ConvertTime(ordered[i].CreatedUtc, zone));
                var isNew = period != last;
                if (isNew && count-- == 0)
                    return;
                if (!isNew && isSettled)
                    continue;
                last = period;
                var isGoodOne = isGood(ordered[i]);
                if (isNew || isGoodOne)
                    reasons[i].Add($"{name} {period}");
                isSettled = isGoodOne;
            }
        }

        void KeepLastGood()
        {
            // Looking from the newest on means that usually one point is looked at, not all.
            for (var i = 0; i < ordered.Count; i++)
            {
                if (!isGood(ordered[i]))
                    continue;
                if (reasons[i].Count == 0)
                    reasons[i].Add("last good point");
                return;
            }

            // Nothing is known to be good: what is newest may still be read in part.
            if (ordered.Count > 0 && reasons[0].Count == 0)
                reasons[0].Add("last point");
        }
    }

    private static void KeepNewest(List<List<string>> reasons, int count)
    {
        for (var i = 0; i < reasons.Count && i < count; i++)
            reasons[i].Add(string.Create(CultureInfo.InvariantCulture, $"last {i + 1}"));
    }

    private static List<string> HoldReasons(RecoveryPoint point, DateTimeOffset now)
    {
        var reasons = new List<string>();
        var mark = point.Stored.Retention;
        if (mark.Protected)
            reasons.Add("protected");
        if (mark.RetainUntil is { } until && until > now)
            reasons.Add("retained until " + until.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture));
        if (point.Stored.IsLocked(now))
            reasons.Add("locked until " + point.Stored.LockedUntilUtc!.Value.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture));
        return reasons;
    }
}
