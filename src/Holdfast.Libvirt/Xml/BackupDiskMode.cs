namespace Holdfast.Libvirt;

/// <summary>What of a disk a backup job marks as changed.</summary>
public enum BackupDiskMode
{
    /// <summary>Everything.</summary>
    Full,

    /// <summary>What changed since a checkpoint.</summary>
    Incremental,
}
