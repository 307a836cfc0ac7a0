namespace Holdfast.Libvirt;

/// <summary>Sizes of a disk, in bytes.</summary>
/// <param name="CapacityBytes">What the guest sees.</param>
/// <param name="AllocationBytes">The highest offset written (qcow2 on block devices) or bytes allocated.</param>
/// <param name="PhysicalBytes">Size of the container on the host.</param>
public readonly record struct DomainBlockInfo(long CapacityBytes, long AllocationBytes, long PhysicalBytes);
