namespace Holdfast.Vault;

/// <summary>What a store showed when it was tried.</summary>
/// <param name="Checks">What was tried, in order; all of it was as it must be.</param>
/// <param name="ClockDifference">By how much the store's clock is ahead of this machine's; null if it has none of its own.</param>
/// <param name="Retention">Whether the store itself keeps objects until a date; null if it has nothing of the kind.</param>
public sealed record StoreProbeReport(IReadOnlyList<StoreCheck> Checks, TimeSpan? ClockDifference, RetentionProbe? Retention);
