using Holdfast.GuestAgent;

namespace Holdfast.Protection.Freeze;

/// <summary>A freeze that didn't come about.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">More about it, for people; safe to show.</param>
public sealed record NotFrozen(NotFrozenReason Reason, string Detail)
{
    /// <summary>What the guest refused, where it did.</summary>
    public FreezeRefusal? Refusal { get; init; }

    /// <summary>Whether the guest may still be frozen and a guard process keeps trying to thaw it.</summary>
    public bool ThawPending { get; init; }

    /// <summary>What failed beneath.</summary>
    public Exception? Cause { get; init; }
}
