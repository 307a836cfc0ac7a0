namespace Holdfast.Protection.Freeze;

/// <summary>Why a guest wasn't frozen.</summary>
public enum NotFrozenReason
{
    /// <summary>The domain has no agent channel.</summary>
    AgentNotConfigured,

    /// <summary>The agent isn't installed or isn't running.</summary>
    AgentNotConnected,

    /// <summary>The agent didn't answer before anything was frozen.</summary>
    AgentUnresponsive,

    /// <summary>The agent's replies make no sense.</summary>
    AgentProtocol,

    /// <summary>The agent doesn't know how to freeze.</summary>
    FreezeNotSupported,

    /// <summary>The guest's administrator has disabled freezing.</summary>
    FreezeDisabled,

    /// <summary>The domain isn't running.</summary>
    DomainNotRunning,

    /// <summary>The hypervisor can't be reached.</summary>
    HypervisorLost,

    /// <summary>File systems were frozen beforehand, not by this node: they are left as they are.</summary>
    FrozenBySomeoneElse,

    /// <summary>Fewer file systems were frozen than there are: somebody held the others frozen. Those that were frozen were thawed again.</summary>
    FrozenInPart,

    /// <summary>Another process of this node is freezing this guest right now.</summary>
    AnotherFreezeUnderway,

    /// <summary>The guard of an earlier freeze is still trying to thaw this guest.</summary>
    EarlierThawPending,

    /// <summary>The guard could not be armed, so no freeze was sent.</summary>
    GuardNotArmed,

    /// <summary>The intent could not be made durable, so no freeze was sent.</summary>
    IntentNotWritten,

    /// <summary>The agent refused; <see cref="NotFrozen.Refusal"/> tells the mount point and the error where it named them.</summary>
    RefusedByGuest,

    /// <summary>The freeze's reply was lost or too late. It counted as frozen, and was thawed (or <see cref="NotFrozen.ThawPending"/>).</summary>
    ReplyLost,

    /// <summary>The agent found nothing that it could freeze.</summary>
    NothingToFreeze,
}
