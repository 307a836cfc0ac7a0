using System.Text.Json;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Tests.Policies;

public sealed class BackupPoliciesTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_vault_has_the_default_policies_and_takes_others(bool onPostgres)
    {
        await using var node = await ServiceNode.CreateAsync(onPostgres ? postgres : null);
        var policies = node.Get<BackupPolicies>();
        await PutAsync(node, "p2", PolicyBodies.Weekly);
        Assert.Equal(["DefaultPolicy", "EnhancedPolicy", "p2"], (await policies.ListAsync(node.Vault, Ct)).Select(p => p.Name));

        // Names are the same whatever their case; the first spelling stays.
        await PutAsync(node, "P2", PolicyBodies.Hourly);
        var read = await policies.FindAsync(node.Vault, "p2", Ct);
        Assert.Equal("p2", read!.Name);
        Assert.IsType<HourlySchedule>(read.Document.Policy.Schedule);

        Assert.True(await policies.DeleteAsync(node.Vault, "p2", Ct));
        Assert.False(await policies.DeleteAsync(node.Vault, "p2", Ct));
        Assert.Null(await policies.FindAsync(node.Vault, "p2", Ct));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_policy_that_items_use_is_counted_and_not_deleted(bool onPostgres)
    {
        await using var node = await ServiceNode.CreateAsync(onPostgres ? postgres : null);
        await node.AddItemAsync("vm1");
        await node.AddItemAsync("vm2");
        Assert.Equal(2, (await node.PolicyAsync("DefaultPolicy")).ItemsCount);
        var refusal = await Assert.ThrowsAsync<FaultException>(() => node.Get<BackupPolicies>().DeleteAsync(node.Vault, "DefaultPolicy", Ct));
        Assert.Equal(ServiceFaults.PolicyInUse("DefaultPolicy", 2), refusal.Fault);
        Assert.NotNull(await node.PolicyAsync("DefaultPolicy"));
    }

    [Fact]
    public async Task A_policy_that_cannot_be_carried_out_changes_nothing()
    {
        await using var node = await ServiceNode.CreateAsync();
        var before = (await node.PolicyAsync("DefaultPolicy")).Document.ToStoredJson();
        await Assert.ThrowsAsync<FaultException>(() => PutAsync(node, "DefaultPolicy", """{"backupManagementType":"AzureIaasVM"}"""));
        await Assert.ThrowsAsync<FaultException>(() => PutAsync(node, "no/name", PolicyBodies.AzDaily));
        Assert.Equal(before, (await node.PolicyAsync("DefaultPolicy")).Document.ToStoredJson());
        Assert.Equal(2, (await node.Get<BackupPolicies>().ListAsync(node.Vault, Ct)).Count);
    }

    private static async Task PutAsync(ServiceNode node, string name, string body)
    {
        using var document = JsonDocument.Parse(body);
        await node.Get<BackupPolicies>().PutAsync(node.Vault, name, document.RootElement, Ct);
    }
}
