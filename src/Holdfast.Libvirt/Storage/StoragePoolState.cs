namespace Holdfast.Libvirt;

/// <summary>State of a storage pool (virStoragePoolState).</summary>
public enum StoragePoolState
{
    /// <summary>Not running.</summary>
    Inactive = 0,

    /// <summary>Being made.</summary>
    Building = 1,

    /// <summary>Running.</summary>
    Running = 2,

    /// <summary>Running with failures.</summary>
    Degraded = 3,

    /// <summary>Running, but not accessible.</summary>
    Inaccessible = 4,
}
