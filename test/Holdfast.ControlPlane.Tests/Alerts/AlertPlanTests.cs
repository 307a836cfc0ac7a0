using CsCheck;
using Holdfast.ControlPlane.Alerts;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Tests.Alerts;

public sealed class AlertPlanTests
{
    private static readonly Fault A = InputFaults.VaultNotNamed();
    private static readonly Fault B = InputFaults.PassphraseMissing();

    [Fact]
    public void What_is_new_is_raised_once_and_what_is_over_is_resolved()
    {
        var plan = AlertPlan.Of([Condition("x", A), Condition("x", A), Condition("y", A)], [Alert("y", A), Alert("z", A)]);
        Assert.Equal(["x"], plan.Raise.Select(c => c.Key));
        Assert.Equal(["z"], plan.Resolve.Select(a => a.ActiveKey));
        Assert.Empty(plan.Change);
    }

    [Fact]
    public void Another_cause_changes_the_alert_and_raises_no_other()
    {
        var plan = AlertPlan.Of([Condition("x", B)], [Alert("x", A)]);
        Assert.Empty(plan.Raise);
        Assert.Equal(B, Assert.Single(plan.Change).Fault);
    }

    [Fact]
    public void An_event_stays_told_when_it_is_no_longer_seen()
    {
        var told = Alert("job/1", A);
        told.IsEvent = true;
        Assert.Empty(AlertPlan.Of([], [told]).Resolve);
        Assert.Empty(AlertPlan.Of([Condition("job/1", A)], [told]).Raise);
    }

    [Fact]
    public void Carrying_a_plan_out_leaves_nothing_to_do() => Gen.Select(Gen.Int[0, 9].Array[0, 12], Gen.Int[0, 9].HashSet[0, 8]).Sample((seen, active) =>
    {
        var conditions = seen.Select(i => Condition($"k{i}", A)).ToList();
        var alerts = active.Select(i => Alert($"k{i}", A)).ToList();
        var plan = AlertPlan.Of(conditions, alerts);
        var after = alerts.Except(plan.Resolve).Concat(plan.Raise.Select(c => Alert(c.Key, c.Fault))).ToList();
        var again = AlertPlan.Of(conditions, after);
        Assert.Empty(again.Raise);
        Assert.Empty(again.Resolve);
        Assert.Equal(seen.Distinct().Count(), after.Count);
    });

    [Theory]
    [InlineData("credential revoke", "x", "HTTP 200", true)]
    [InlineData("PATCH", "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v/backupconfig/vaultconfig", "HTTP 200", true)]
    [InlineData("DELETE", "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v", "HTTP 200", true)]
    [InlineData("DELETE", "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v/backupFabrics/Azure/protectionContainers/c/protectedItems/i", "HTTP 200", true)]
    [InlineData("PUT", "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v/backupFabrics/Azure/protectionContainers/c/protectedItems/i", "HTTP 200", false)]
    [InlineData("DELETE", "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v/backupPolicies/p", "HTTP 200", false)]
    [InlineData("PUT", "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v", "HTTP 200", true)]
    [InlineData("PUT", "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v", "HTTP 201", false)]
    [InlineData("host add", "x", "HTTP 200", false)]
    public void Changes_to_keys_locks_roles_and_soft_delete_are_told_apart(string action, string target, string detail, bool expected) =>
        Assert.Equal(expected, SecurityChanges.IsOne(action, target, detail));

    private static AlertCondition Condition(string key, Fault fault) => new(key, AlertKind.BackupFailed, null, fault);

    private static AlertRow Alert(string key, Fault fault) => new() { AlertId = Guid.NewGuid(), ActiveKey = key, Fault = fault };
}
