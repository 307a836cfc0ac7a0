using System.ComponentModel.DataAnnotations;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Items;

/// <summary>A VM that a vault protects, protected, or keeps points of. The VM is known by its UUID, whatever it is called and wherever it runs.</summary>
[Index(nameof(VaultId), nameof(ItemKey), IsUnique = true)]
[Index(nameof(SourceId))]
[Index(nameof(PolicyId), nameof(DeletedUtc))]
public sealed class ProtectedItemRow : IVersionedRow
{
    /// <summary>Its id.</summary>
    [Key]
    public required Guid ItemId { get; set; }

    /// <summary>The vault.</summary>
    public required Guid VaultId { get; set; }

    /// <summary>The VM's UUID.</summary>
    public required Guid SourceId { get; set; }

    /// <summary>UUIDs that this item's VM had before it was bound to its present one: their points are this item's, too.</summary>
    public IReadOnlyList<Guid> FormerSourceIds { get; set; } = [];

    /// <summary>The VM's subscription.</summary>
    public required string VmSubscriptionId { get; set; }

    /// <summary>The VM's resource group when it was protected. Part of the item's name, and so fixed.</summary>
    public required string VmResourceGroup { get; set; }

    /// <summary>The VM's name when it was protected. Part of the item's name, and so fixed.</summary>
    public required string VmName { get; set; }

    /// <summary>The item's name in lower case.</summary>
    public required string ItemKey { get; set; }

    /// <summary>The host that it was last seen on, or null.</summary>
    public Guid? HostId { get; set; }

    /// <summary>The policy, or null where protection is stopped.</summary>
    public Guid? PolicyId { get; set; }

    /// <summary>Its state.</summary>
    public required ProtectionState State { get; set; }

    /// <summary>Disks left out, or null for none.</summary>
    public DiskExclusion? DiskExclusion { get; set; }

    /// <summary>When somebody deleted it, while it is soft-deleted; null else.</summary>
    public DateTimeOffset? DeletedUtc { get; set; }

    /// <summary>When a soft-deleted item's data goes; null else.</summary>
    public DateTimeOffset? PurgeAtUtc { get; set; }

    /// <summary>When the last backup ended, or null.</summary>
    public DateTimeOffset? LastBackupUtc { get; set; }

    /// <summary>Whether the last backup succeeded; null before the first.</summary>
    public bool? LastBackupSucceeded { get; set; }

    /// <summary>Why the last backup failed; null where it didn't.</summary>
    public Fault? LastBackupFault { get; set; }

    /// <summary>Why the last restore failed; null where it didn't.</summary>
    public Fault? LastRestoreFault { get; set; }

    /// <summary>What is wrong with the item beyond its last backup, such as a VM of the same name with another UUID.</summary>
    public IReadOnlyList<Fault> Health { get; set; } = [];

    /// <summary>What the last pre-check found.</summary>
    public IReadOnlyList<Fault> PreCheck { get; set; } = [];

    /// <summary>When the last pre-check ended, or null before the first.</summary>
    public DateTimeOffset? PreCheckUtc { get; set; }

    /// <summary>When the next pre-check is due; null for at once. Whoever moves it on does that pre-check.</summary>
    public DateTimeOffset? PreCheckDueUtc { get; set; }

    /// <summary>What took too long of late: the last backup, the last restore.</summary>
    public IReadOnlyList<Fault> Slow { get; set; } = [];

    /// <summary>Whether examinations, remedies and updates of the agent run no program in the guest.</summary>
    public bool RefusesGuestPrograms { get; set; }

    /// <summary>UUID of a VM of the same name and group that could take this item over, if somebody confirms it.</summary>
    public Guid? ProposedSourceId { get; set; }

    /// <summary>The newest recovery point's instant, or null.</summary>
    public DateTimeOffset? LastPointUtc { get; set; }

    /// <summary>Azure's protectedItemDataId: a number that stays.</summary>
    public long DataId { get; set; }

    /// <summary>When it was first protected.</summary>
    public DateTimeOffset CreatedUtc { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <summary>A new <see cref="DataId"/>.</summary>
    public static long NewDataId() => System.Security.Cryptography.RandomNumberGenerator.GetInt32(1 << 20, int.MaxValue) * 100_000L;

    /// <summary>Whether it is deleted, but its data is still there.</summary>
    public bool IsSoftDeleted => DeletedUtc is not null;

    /// <summary>Whether scheduled backups are made.</summary>
    public bool IsScheduled => PolicyId is not null && State is ProtectionState.IRPending or ProtectionState.Protected or ProtectionState.ProtectionError;

    /// <summary>Name of its container.</summary>
    public string ContainerName => ArmNames.Container(VmResourceGroup, VmName);

    /// <summary>Its name.</summary>
    public string ItemName => ArmNames.Item(VmResourceGroup, VmName);

    /// <summary>The VM's resource id.</summary>
    public ArmId SourceResourceId => ArmNames.VirtualMachine(VmSubscriptionId, VmResourceGroup, VmName);
}
