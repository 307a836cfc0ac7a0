namespace Holdfast.Libvirt;

/// <summary>The state of a domain (virDomainState).</summary>
public enum DomainState
{
    /// <summary>Not known.</summary>
    NoState = 0,

    /// <summary>Running.</summary>
    Running = 1,

    /// <summary>Blocked on a resource.</summary>
    Blocked = 2,

    /// <summary>Paused by a user or for a reason of its own.</summary>
    Paused = 3,

    /// <summary>Being shut down.</summary>
    ShuttingDown = 4,

    /// <summary>Shut off.</summary>
    ShutOff = 5,

    /// <summary>Crashed.</summary>
    Crashed = 6,

    /// <summary>Suspended by the guest's power management.</summary>
    PmSuspended = 7,
}
