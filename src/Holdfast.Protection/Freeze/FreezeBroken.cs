namespace Holdfast.Protection.Freeze;

/// <summary>Why a freeze can't be said to have held.</summary>
public enum FreezeBroken
{
    /// <summary>It held.</summary>
    No,

    /// <summary>It took longer than its limit, so the node thawed before it was asked to.</summary>
    LimitReached,

    /// <summary>The guard had thawed, as the node didn't in time (it was stopped, or starved).</summary>
    ThawedByGuard,

    /// <summary>Fewer file systems were thawed than frozen: somebody else had thawed, or the guest's own limit had.</summary>
    ThawedBySomeoneElse,

    /// <summary>The thaw's reply was lost, so nothing is known of the time before it.</summary>
    ThawReplyLost,

    /// <summary>The domain no longer ran when it was to be thawed: shut off, or paused.</summary>
    DomainStopped,
}
