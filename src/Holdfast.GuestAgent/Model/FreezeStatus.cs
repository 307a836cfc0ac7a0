namespace Holdfast.GuestAgent;

/// <summary>Whether the agent holds the guest's file systems frozen.</summary>
public enum FreezeStatus
{
    /// <summary>Nothing is frozen by the agent.</summary>
    Thawed,

    /// <summary>File systems are frozen by the agent.</summary>
    Frozen,
}
