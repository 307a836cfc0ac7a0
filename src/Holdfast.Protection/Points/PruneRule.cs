namespace Holdfast.Protection.Points;

/// <summary>Which points to keep: the newest of each of the last n periods. 0 keeps none by that rule.</summary>
/// <param name="KeepLast">The newest n points.</param>
/// <param name="KeepHourly">The newest point of each of the last n hours that have one.</param>
/// <param name="KeepDaily">The same for days.</param>
/// <param name="KeepWeekly">The same for ISO weeks.</param>
/// <param name="KeepMonthly">The same for months.</param>
/// <param name="KeepYearly">The same for years.</param>
public sealed record PruneRule(int KeepLast, int KeepHourly, int KeepDaily, int KeepWeekly, int KeepMonthly, int KeepYearly);

/// <summary>What pruning would do with one point, and why.</summary>
/// <param name="Point">The point.</param>
/// <param name="Keep">Whether it stays.</param>
/// <param name="Reasons">The rules that keep it ("last 1", "daily 2026-11-23", "protected", "last good point"), empty where it goes.</param>
public sealed record PruneDecision(RecoveryPoint Point, bool Keep, IReadOnlyList<string> Reasons);
