namespace Holdfast.Libvirt;

/// <summary>What happened to a domain (virDomainEventType).</summary>
public enum DomainLifecycleKind
{
    /// <summary>Defined or redefined.</summary>
    Defined = 0,

    /// <summary>Undefined.</summary>
    Undefined = 1,

    /// <summary>Started.</summary>
    Started = 2,

    /// <summary>Paused.</summary>
    Suspended = 3,

    /// <summary>Resumed.</summary>
    Resumed = 4,

    /// <summary>Stopped.</summary>
    Stopped = 5,

    /// <summary>The guest finished shutting down.</summary>
    Shutdown = 6,

    /// <summary>Suspended by the guest's power management.</summary>
    PmSuspended = 7,

    /// <summary>Crashed.</summary>
    Crashed = 8,
}
