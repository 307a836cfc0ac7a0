namespace Holdfast.Libvirt;

/// <summary>Sizes of a volume, in bytes.</summary>
/// <param name="CapacityBytes">What a guest would see.</param>
/// <param name="AllocationBytes">In use.</param>
public readonly record struct StorageVolumeInfo(long CapacityBytes, long AllocationBytes);
