namespace Holdfast.Protection.Freeze;

/// <summary>What recovery did about one intent.</summary>
public enum FreezeRecoveryOutcome
{
    /// <summary>Its node or its guard lives and will see to it: left alone.</summary>
    StillOwned,

    /// <summary>The guest is thawed now; the intent is removed.</summary>
    Thawed,

    /// <summary>The domain isn't running or is gone; the intent is removed.</summary>
    GuestGone,

    /// <summary>The guest could not be reached in time: the intent stays, to be tried again.</summary>
    NotReached,

    /// <summary>The file can't be read as an intent: left for a person to look at.</summary>
    Unreadable,
}
