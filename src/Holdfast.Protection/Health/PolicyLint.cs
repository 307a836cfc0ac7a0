using System.Globalization;
using Holdfast.Faults;

namespace Holdfast.Protection.Health;

/// <summary>A VM whose backups a policy starts.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Host">Its host.</param>
/// <param name="Policy">The policy's name, which policies of several vaults may have.</param>
/// <param name="PolicyId">Which one it is.</param>
/// <param name="Starts">When it is due, in the policy's local time, in order.</param>
/// <param name="Duration">How long its backups took of late.</param>
public sealed record PlannedBackups(string Vm, string Host, string Policy, Guid PolicyId, IReadOnlyList<DateTimeOffset> Starts, TimeSpan Duration);

/// <summary>
/// Foresees what policies will lead to: starts that are late, runs that overlap, and too much at once. Pure. It plays the queue of each host: as
/// many backups at once as the host allows, first come first served.
/// </summary>
public static class PolicyLint
{
    /// <summary>Starts of one host within an hour that are still no crowd.</summary>
    public const int StartsPerHourMax = 4;
    private static readonly TimeSpan LateMax = TimeSpan.FromHours(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan ProposalStep = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan OffTheHour = TimeSpan.FromMinutes(7);

    /// <summary>Judges policies by their next starts, of some days, say.</summary>
    /// <param name="backups">What is due.</param>
    /// <param name="jobsMax">How many backups a host runs at once.</param>
    public static IReadOnlyList<HealthResult> Of(IReadOnlyList<PlannedBackups> backups, Func<string, int> jobsMax)
    {
        ArgumentNullException.ThrowIfNull(backups);
        ArgumentNullException.ThrowIfNull(jobsMax);
        var results = new List<HealthResult>();
        results.AddRange(backups.Select(Overlap).OfType<HealthResult>());
        foreach (var host in backups.GroupBy(b => b.Host, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            results.AddRange(Late(host.Key, [.. host], Math.Max(1, jobsMax(host.Key))));
            if (Crowd(host.Key, [.. host]) is { } crowd)
                results.Add(crowd);
        }

        results.AddRange(backups.GroupBy(b => (b.Policy, b.PolicyId)).Select(p => RoundHour(p.Key.Policy, p.Key.PolicyId, p.SelectMany(b => b.Starts))).OfType<HealthResult>());
        return results;
    }

    private static HealthResult? Overlap(PlannedBackups backup)
    {
        var interval = backup.Starts.Zip(backup.Starts.Skip(1), (a, b) => b - a).DefaultIfEmpty(TimeSpan.MaxValue).Min();
        return backup.Duration <= interval ? null : Of(
            backup.Policy, backup.PolicyId, "overlap", $"{backup.Vm} takes {Words(backup.Duration)}", HealthFaults.PolicyOverlaps(backup.Policy, backup.Vm, backup.Duration, interval));
    }

    private static IEnumerable<HealthResult> Late(string host, IReadOnlyList<PlannedBackups> backups, int slots)
    {
        var running = new List<(DateTimeOffset From, DateTimeOffset To)>();
        var latest = new Dictionary<PlannedBackups, TimeSpan>();
        var free = new PriorityQueue<int, DateTimeOffset>(Enumerable.Range(0, slots).Select(i => (i, DateTimeOffset.MinValue)));
        foreach (var (backup, due) in backups.SelectMany(b => b.Starts.Select(s => (b, s))).OrderBy(s => s.s))
        {
            free.TryDequeue(out var slot, out var freeAt);
            var begins = freeAt > due ? freeAt : due;
            free.Enqueue(slot, begins + backup.Duration);
            running.Add((begins, begins + backup.Duration));
            if (begins - due > latest.GetValueOrDefault(backup))
                latest[backup] = begins - due;
        }

        return latest.Where(l => l.Value > LateMax).OrderByDescending(l => l.Value).Select(l => Of(
            l.Key.Policy, l.Key.PolicyId, "late", $"{l.Key.Vm} on {host}: {Words(l.Value)}",
            HealthFaults.PolicyStartsLate(l.Key.Policy, l.Key.Vm, l.Value, Proposal(l.Key, running, slots))));
    }

    // The first quarter of an hour, not far from the hour, at which the host has a slot for as long as the backup takes.
    private static string Proposal(PlannedBackups backup, List<(DateTimeOffset From, DateTimeOffset To)> running, int slots)
    {
        var first = backup.Starts[0];
        for (var later = OffTheHour; later < TimeSpan.FromDays(1); later += ProposalStep)
        {
            var (from, to) = (first + later, first + later + backup.Duration);
            if (running.Count(r => r.From < to && from < r.To) < slots)
                return Time(from);
        }

        return Time(first + OffTheHour);
    }

    private static HealthResult? Crowd(string host, IReadOnlyList<PlannedBackups> backups)
    {
        var starts = backups.SelectMany(b => b.Starts.Select(s => (b.Vm, At: s))).OrderBy(s => s.At).ToList();
        var worst = (Count: 0, At: default(DateTimeOffset));
        for (int from = 0, to = 0; from < starts.Count; from++)
        {
            while (to < starts.Count && starts[to].At < starts[from].At + Hour)
                to++;
            if (to - from > worst.Count && starts[from..to].DistinctBy(s => s.Vm).Count() is var vms && vms > worst.Count)
                worst = (vms, starts[from].At);
        }

        return worst.Count <= StartsPerHourMax ? null : new HealthResult(
            new HealthSubject("host", host), HealthArea.Policy, "together", HealthOutcome.Warning, string.Create(CultureInfo.InvariantCulture, $"{worst.Count} VMs at {Time(worst.At)}"),
            HealthFaults.TooManyStartTogether(host, worst.Count, StartsPerHourMax, Time(worst.At)));
    }

    private static HealthResult? RoundHour(string policy, Guid id, IEnumerable<DateTimeOffset> starts)
    {
        var round = starts.Where(s => s is { Minute: 0, Second: 0 }).Take(1).ToList();
        if (round.Count == 0)
            return null;
        // Unlike for each policy, and the same at every examination.
        var proposed = round[0].AddMinutes(7 + (policy.Sum(c => c) % 46));
        return Of(policy, id, "round-hour", Time(round[0]), HealthFaults.PolicyRoundHour(policy, Time(round[0]), Time(proposed)));
    }

    private static HealthResult Of(string policy, Guid id, string check, string found, Fault fault) =>
        new(new HealthSubject("policy", policy, id), HealthArea.Policy, check, HealthOutcome.Warning, found, fault);

    private static string Time(DateTimeOffset at) => at.ToString("HH:mm", CultureInfo.InvariantCulture);

    private static string Words(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes} min");
}
