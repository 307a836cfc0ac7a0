namespace Holdfast.Protection.Freeze;

/// <summary>How a freeze ended.</summary>
/// <param name="Held">Whether the guest was surely frozen all the time until this thaw was asked for. Only then may a point claim consistency.</param>
/// <param name="Duration">From sending the freeze until the thaw was confirmed (or given up to the guard).</param>
/// <param name="Broken">Why it didn't hold.</param>
/// <param name="ThawPending">Whether the guest may still be frozen, and a guard process keeps trying to thaw it.</param>
public sealed record FreezeOutcome(bool Held, TimeSpan Duration, FreezeBroken Broken, bool ThawPending);
