using Holdfast.ControlPlane.Resources;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>A libvirt storage pool as a storage account resource: where restored images go.</summary>
/// <param name="Id">Its resource id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Host">The host that it is on.</param>
/// <param name="Type">libvirt's type of it (dir).</param>
/// <param name="Path">The folder of its volumes, or null where it has none.</param>
/// <param name="IsActive">Whether it runs.</param>
/// <param name="CapacityBytes">Its size.</param>
/// <param name="AvailableBytes">What is free in it.</param>
public sealed record StoragePoolResource(
    ArmId Id, string Name, HostRow Host, string Type, string? Path, bool IsActive, long CapacityBytes, long AvailableBytes);
