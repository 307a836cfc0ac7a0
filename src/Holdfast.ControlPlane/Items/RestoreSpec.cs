using Holdfast.ControlPlane.Resources;

namespace Holdfast.ControlPlane.Items;

/// <summary>What a restore request says.</summary>
/// <param name="Kind">How.</param>
public sealed record RestoreSpec(RestoreKind Kind)
{
    /// <summary>The storage pool that images go to. Not needed in place.</summary>
    public ArmId? StorageAccountId { get; init; }

    /// <summary>The new VM.</summary>
    public ArmId? TargetVirtualMachineId { get; init; }

    /// <summary>The group that the new VM or the disks go to; must be that of a host. Null is that of the storage pool.</summary>
    public ArmId? TargetResourceGroupId { get; init; }

    /// <summary>The network that the new VM is attached to.</summary>
    public ArmId? VirtualNetworkId { get; init; }

    /// <summary>The subnet that the new VM is attached to.</summary>
    public ArmId? SubnetId { get; init; }

    /// <summary>The source that the request names; must be the item's VM.</summary>
    public ArmId? SourceResourceId { get; init; }

    /// <summary>LUNs of the data disks to restore beside the OS disk; empty is the OS disk alone, null is all.</summary>
    public IReadOnlyList<int>? Luns { get; init; }

    /// <summary>Write the disks of an encrypted VM in the clear: a wish of Holdfast's own clients, which Azure has no words for.</summary>
    public bool Decrypt { get; init; }

    /// <summary>Who asks.</summary>
    public string? RequestedBy { get; init; }
}
