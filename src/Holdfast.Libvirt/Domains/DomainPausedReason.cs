namespace Holdfast.Libvirt;

/// <summary>Why a domain is paused (virDomainPausedReason).</summary>
public enum DomainPausedReason
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>By a user.</summary>
    User = 1,

    /// <summary>For an offline migration.</summary>
    Migration = 2,

    /// <summary>For a save.</summary>
    Save = 3,

    /// <summary>For a core dump.</summary>
    Dump = 4,

    /// <summary>For an I/O error of a disk.</summary>
    IoError = 5,

    /// <summary>By the watchdog.</summary>
    Watchdog = 6,

    /// <summary>Restored from a snapshot.</summary>
    FromSnapshot = 7,

    /// <summary>While shutting down.</summary>
    ShuttingDown = 8,

    /// <summary>While a snapshot is taken.</summary>
    Snapshot = 9,

    /// <summary>After a crash of the guest.</summary>
    Crashed = 10,

    /// <summary>While starting.</summary>
    StartingUp = 11,

    /// <summary>For a post-copy migration.</summary>
    PostCopy = 12,

    /// <summary>After a failed post-copy migration.</summary>
    PostCopyFailed = 13,
}
