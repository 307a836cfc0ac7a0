namespace Holdfast.Libvirt;

/// <summary>State and sizes of a storage pool, in bytes, as of its last refresh.</summary>
/// <param name="State">The state.</param>
/// <param name="CapacityBytes">Total size.</param>
/// <param name="AllocationBytes">In use.</param>
/// <param name="AvailableBytes">Free.</param>
public readonly record struct StoragePoolInfo(StoragePoolState State, long CapacityBytes, long AllocationBytes, long AvailableBytes);
