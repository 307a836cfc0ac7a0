namespace Holdfast.Libvirt;

/// <summary>Why a domain stopped (virDomainEventStoppedDetailType).</summary>
public enum DomainStoppedDetail
{
    /// <summary>The guest shut down.</summary>
    Shutdown = 0,

    /// <summary>Destroyed from the host.</summary>
    Destroyed = 1,

    /// <summary>The guest crashed.</summary>
    Crashed = 2,

    /// <summary>Migrated away.</summary>
    Migrated = 3,

    /// <summary>Saved.</summary>
    Saved = 4,

    /// <summary>The hypervisor failed.</summary>
    Failed = 5,

    /// <summary>A snapshot was reverted to.</summary>
    FromSnapshot = 6,
}
