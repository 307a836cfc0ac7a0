using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Tests.Items;

public sealed class ItemChangesTests
{
    private static readonly ArmId Policy = ArmId.Parse("/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v/backupPolicies/p");

    [Theory]
    [InlineData(ProtectionState.IRPending, true)]
    [InlineData(ProtectionState.Protected, true)]
    [InlineData(ProtectionState.ProtectionError, true)]
    [InlineData(ProtectionState.BackupsSuspended, true)]
    [InlineData(ProtectionState.ProtectionStopped, false)]
    public void Protection_is_stopped_once(ProtectionState state, bool possible)
    {
        var spec = new ProtectedItemSpec { State = ProtectionState.ProtectionStopped };
        if (possible)
            Assert.Equal(new ItemChange(JobOperation.DisableBackup, ProtectionState.ProtectionStopped, false, false, false), ItemChanges.Of(Item(state), spec));
        else
            Assert.Equal("HoldfastItemStateUnsuitable", Assert.Throws<FaultException>(() => ItemChanges.Of(Item(state), spec)).Fault.Code.Value);
    }

    [Fact]
    public void Suspended_backups_keep_their_policy() =>
        Assert.True(ItemChanges.Of(Item(ProtectionState.Protected), new ProtectedItemSpec { State = ProtectionState.BackupsSuspended }).KeepsPolicy);

    [Theory]
    [InlineData(ProtectionState.ProtectionStopped, true, ProtectionState.Protected)]
    [InlineData(ProtectionState.ProtectionStopped, false, ProtectionState.IRPending)]
    [InlineData(ProtectionState.BackupsSuspended, true, ProtectionState.Protected)]
    [InlineData(ProtectionState.ProtectionError, true, ProtectionState.ProtectionError)]
    [InlineData(ProtectionState.IRPending, false, ProtectionState.IRPending)]
    public void A_policy_resumes_protection(ProtectionState before, bool hasPoints, ProtectionState after)
    {
        var item = Item(before);
        item.LastPointUtc = hasPoints ? DateTimeOffset.UnixEpoch : null;
        Assert.Equal(new ItemChange(JobOperation.ConfigureBackup, after, true, false, false), ItemChanges.Of(item, new ProtectedItemSpec { PolicyId = Policy }));
    }

    [Fact]
    public void A_soft_deleted_item_can_only_be_undeleted_and_is_stopped_then()
    {
        var item = Item(ProtectionState.ProtectionStopped);
        (item.DeletedUtc, item.PurgeAtUtc) = (DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(14));
        Assert.Equal("HoldfastItemSoftDeleted", Assert.Throws<FaultException>(() => ItemChanges.Of(item, new ProtectedItemSpec { PolicyId = Policy })).Fault.Code.Value);
        var undeleted = ItemChanges.Of(item, new ProtectedItemSpec { IsRehydrate = true, State = ProtectionState.ProtectionStopped });
        Assert.Equal(new ItemChange(JobOperation.Undelete, ProtectionState.ProtectionStopped, false, false, true), undeleted);
        Assert.Throws<FaultException>(() => ItemChanges.Of(Item(ProtectionState.Protected), new ProtectedItemSpec { IsRehydrate = true }));
    }

    [Fact]
    public void A_backup_that_ends_after_protection_was_stopped_leaves_it_stopped()
    {
        foreach (var state in (ProtectionState[])[ProtectionState.ProtectionStopped, ProtectionState.BackupsSuspended])
        {
            Assert.Equal(state, ItemChanges.AfterBackup(Item(state), succeeded: true));
            Assert.Equal(state, ItemChanges.AfterBackup(Item(state), succeeded: false));
        }
    }

    private static ProtectedItemRow Item(ProtectionState state) => new()
    {
        ItemId = Guid.NewGuid(), VaultId = Guid.NewGuid(), SourceId = Guid.NewGuid(), VmSubscriptionId = "s", VmResourceGroup = "g", VmName = "vm",
        ItemKey = "", State = state, PolicyId = state is ProtectionState.ProtectionStopped ? null : Guid.NewGuid(),
    };
}
