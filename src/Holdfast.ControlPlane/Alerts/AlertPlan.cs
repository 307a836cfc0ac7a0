using Holdfast.Faults;

namespace Holdfast.ControlPlane.Alerts;

/// <summary>What has to be done so that the alerts match what is the case. Pure.</summary>
/// <param name="Raise">Conditions without an alert.</param>
/// <param name="Change">Alerts whose cause is another one by now; nobody is told again.</param>
/// <param name="Resolve">Alerts whose condition is over.</param>
public sealed record AlertPlan(IReadOnlyList<AlertCondition> Raise, IReadOnlyList<(AlertRow Alert, Fault Fault)> Change, IReadOnlyList<AlertRow> Resolve)
{
    /// <summary>Compares conditions with the alerts that have a key.</summary>
    public static AlertPlan Of(IEnumerable<AlertCondition> conditions, IReadOnlyCollection<AlertRow> active)
    {
        ArgumentNullException.ThrowIfNull(active);
        var seen = conditions.DistinctBy(c => c.Key).ToDictionary(c => c.Key, StringComparer.Ordinal);
        var known = active.Select(a => a.ActiveKey).ToHashSet(StringComparer.Ordinal);
        return new AlertPlan(
            [.. seen.Values.Where(c => !known.Contains(c.Key))],
            [.. active.Where(a => !a.IsEvent && a.ActiveKey is { } key && seen.TryGetValue(key, out var c) && !c.Fault.Equals(a.Fault)).Select(a => (a, seen[a.ActiveKey!].Fault))],
            [.. active.Where(a => !a.IsEvent && !seen.ContainsKey(a.ActiveKey!))]);
    }
}
