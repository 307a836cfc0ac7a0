namespace Holdfast.Libvirt;

/// <summary>Which domains to list; none of a group means all of it.</summary>
[Flags]
public enum DomainFilter
{
    /// <summary>Every domain.</summary>
    All = 0,

    /// <summary>Running or paused ones.</summary>
    Active = 1 << 0,

    /// <summary>Shut-off ones.</summary>
    Inactive = 1 << 1,

    /// <summary>Defined ones.</summary>
    Persistent = 1 << 2,

    /// <summary>Ones without a definition.</summary>
    Transient = 1 << 3,

    /// <summary>With a managed save image.</summary>
    HasManagedSave = 1 << 8,

    /// <summary>With snapshots.</summary>
    HasSnapshot = 1 << 12,

    /// <summary>With checkpoints.</summary>
    HasCheckpoint = 1 << 14,
}
