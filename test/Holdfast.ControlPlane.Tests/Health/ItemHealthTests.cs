using Holdfast.ControlPlane.Health;
using Holdfast.ControlPlane.Items;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Tests.Health;

public sealed class ItemHealthTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan StaleAfter = TimeSpan.FromHours(3);

    [Fact]
    public void An_item_is_as_bad_as_the_worst_that_is_known_of_it()
    {
        Assert.Equal(HealthStatus.Passed, Of(_ => { }).Status);
        Assert.Equal(HealthStatus.Passed, Of(i => i.PreCheck = [HealthFaults.PolicyRoundHour("p", "22:00", "22:07")]).Status);
        Assert.Equal(HealthStatus.ActionSuggested, Of(i => i.Slow = [HealthFaults.BackupSlow("vm1", TimeSpan.FromHours(13), TimeSpan.FromHours(12), "reading", [])]).Status);
        Assert.Equal(HealthStatus.ActionRequired, Of(i => i.PreCheck = [BackupFaults.VmNotFound("vm1", "g")]).Status);
        Assert.Equal(HealthStatus.ActionRequired, Of(i => i.LastBackupFault = BackupFaults.VmNotFound("vm1", "g")).Status);
        Assert.Single(Of(i => i.LastBackupFault = (i.PreCheck = [BackupFaults.VmNotFound("vm1", "g")])[0]).Faults);
    }

    [Fact]
    public void What_could_not_be_looked_at_is_not_passed() =>
        Assert.Equal(HealthStatus.ActionSuggested, Of(i => i.PreCheck = [HealthFaults.CheckNotRun("pre-check", "vm1", "why")]).Status);

    [Fact]
    public void N03_what_was_known_long_ago_is_told_as_stale_with_what_it_was()
    {
        Assert.Empty(Of(i => i.PreCheckUtc = Now - StaleAfter).Faults);
        var stale = Of(i => i.PreCheckUtc = Now - StaleAfter - TimeSpan.FromMinutes(1));
        Assert.Equal(HealthStatus.ActionSuggested, stale.Status);
        var fault = Assert.Single(stale.Faults);
        Assert.Equal(("HoldfastStatusStale", "vm1", "Passed"), (fault.Code.Value, fault.Parameters["subject"], fault.Parameters["lastState"]));
        Assert.Empty(Of(i => (i.PreCheckUtc, i.State) = (DateTimeOffset.UnixEpoch, ProtectionState.ProtectionStopped)).Faults);
    }

    private static ItemHealth Of(Action<ProtectedItemRow> change)
    {
        var item = new ProtectedItemRow
        {
            ItemId = Guid.NewGuid(), VaultId = Guid.NewGuid(), SourceId = Guid.NewGuid(), VmSubscriptionId = "s", VmResourceGroup = "g", VmName = "vm1", ItemKey = "k",
            State = ProtectionState.Protected, PolicyId = Guid.NewGuid(),
        };
        change(item);
        return ItemHealth.Of(item, Now, StaleAfter);
    }
}
