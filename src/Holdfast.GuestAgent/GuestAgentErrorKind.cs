namespace Holdfast.GuestAgent;

/// <summary>Why an agent command failed.</summary>
public enum GuestAgentErrorKind
{
    /// <summary>The domain has no agent channel at all.</summary>
    NotConfigured,

    /// <summary>There is a channel, but nothing in the guest has opened it: the agent isn't installed or isn't running.</summary>
    NotConnected,

    /// <summary>The agent didn't answer in time, or vanished while the command was under way. It may have run.</summary>
    Unresponsive,

    /// <summary>The domain isn't running (or is gone), so there is no agent to ask.</summary>
    DomainNotRunning,

    /// <summary>The way to the hypervisor is broken; nothing is known about the guest. The command may have run.</summary>
    ChannelLost,

    /// <summary>The reply can't be what it pretends to be: malformed, of a wrong type, contradictory or out of bounds.</summary>
    ProtocolError,

    /// <summary>A reply or a file is larger than its limit.</summary>
    LimitExceeded,

    /// <summary>The agent doesn't know the command.</summary>
    CommandNotFound,

    /// <summary>The guest's administrator has disabled the command.</summary>
    CommandDisabled,

    /// <summary>The command isn't allowed while the guest's file systems are frozen.</summary>
    FrozenState,

    /// <summary>The agent ran the command and it failed; see <see cref="GuestAgentException.GuestDescription"/>.</summary>
    GuestError,
}
