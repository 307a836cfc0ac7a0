namespace Holdfast.Libvirt;

/// <summary>What a job does (virDomainJobOperation).</summary>
public enum DomainJobOperation
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>Starting.</summary>
    Start = 1,

    /// <summary>Saving.</summary>
    Save = 2,

    /// <summary>Restoring a saved state.</summary>
    Restore = 3,

    /// <summary>Incoming migration.</summary>
    MigrationIn = 4,

    /// <summary>Outgoing migration.</summary>
    MigrationOut = 5,

    /// <summary>Taking a snapshot.</summary>
    Snapshot = 6,

    /// <summary>Reverting to a snapshot.</summary>
    SnapshotRevert = 7,

    /// <summary>Core dump.</summary>
    Dump = 8,

    /// <summary>A backup job.</summary>
    Backup = 9,

    /// <summary>Deleting a snapshot.</summary>
    SnapshotDelete = 10,
}
