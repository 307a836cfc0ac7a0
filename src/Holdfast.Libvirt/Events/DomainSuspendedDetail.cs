namespace Holdfast.Libvirt;

/// <summary>Why a domain was paused (virDomainEventSuspendedDetailType).</summary>
public enum DomainSuspendedDetail
{
    /// <summary>By a user.</summary>
    Paused = 0,

    /// <summary>For a migration.</summary>
    Migrated = 1,

    /// <summary>For an I/O error.</summary>
    IoError = 2,

    /// <summary>By the watchdog.</summary>
    Watchdog = 3,

    /// <summary>Restored from a saved state.</summary>
    Restored = 4,

    /// <summary>Restored from a snapshot.</summary>
    FromSnapshot = 5,

    /// <summary>After a failed call.</summary>
    ApiError = 6,

    /// <summary>For a post-copy migration.</summary>
    PostCopy = 7,

    /// <summary>After a failed post-copy migration.</summary>
    PostCopyFailed = 8,
}
