using System.Net;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Access;

namespace Holdfast.Api.Tests.Routing;

/// <summary>INV-1 and INV-2 on every address: who may not is refused, and nothing changes.</summary>
public sealed class AccessWalkTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    public static TheoryData<string, string> AllRoutes => [.. ArmApi.Routes().All.Where(r => r.Resource.Length > 0).Select(r => (r.Method, r.Template))];

    [Theory]
    [MemberData(nameof(AllRoutes))]
    public async Task A_role_without_the_routes_action_is_refused_and_changes_nothing(string method, string template)
    {
        await PrepareAsync();
        var route = ArmApi.Routes().All.Single(r => r.Method == method && r.Template == template);
        Assert.NotEqual("", route.Action);
        var before = await world.DumpAsync();
        foreach (var role in Roles.All.Where(r => !r.Allows(route.Action)))
        {
            world.Allow(role.ShortName, role, world.S);
            Assert.Equal("AuthorizationFailed", await world.RefusedAsync(HttpStatusCode.Forbidden, method, Fill(template), "{}", role.ShortName));
        }

        world.Allow("nobody");
        Assert.Equal("AuthorizationFailed", await world.RefusedAsync(HttpStatusCode.Forbidden, method, Fill(template), "{}", "nobody"));
        world.Allow("elsewhere", Roles.Owner, "/subscriptions/11111111-1111-1111-1111-111111111111");
        Assert.Equal("AuthorizationFailed", await world.RefusedAsync(HttpStatusCode.Forbidden, method, Fill(template), "{}", "elsewhere"));
        Assert.Equal(before, await world.DumpAsync());
    }

    [Fact]
    public void An_operator_cannot_delete_stop_or_manage()
    {
        Assert.All(
            ArmApi.Routes().All.Where(r => r.Method == "DELETE"), r => Assert.False(Roles.BackupOperator.Allows(r.Action), r.Template));

        // An export of jobs stores what was asked for, and is for whoever may read them.
        Assert.All(
            ArmApi.Routes().All.Where(r => r.IsChange && !r.IsFilteredList && r.Suffix != "/backupJobsExport"),
            r => Assert.False(Roles.BackupReader.Allows(r.Action), r.Template));
    }

    [Fact]
    public void Every_list_above_a_resource_shows_only_what_the_caller_may_see() => Assert.All(
        ArmApi.Routes().All.Where(r => r.IsFilteredList && r.Method == "GET"), r => Assert.DoesNotContain("{vault}", r.Template, StringComparison.Ordinal));

    public static TheoryData<string, string, string> ForeignBodies
    {
        get
        {
            const string Restore = """
                "recoveryType":"AlternateLocation","sourceResourceId":"$VM","targetVirtualMachineId":"$NEW","targetResourceGroupId":"$G","storageAccountId":"$POOL","virtualNetworkId":"$NET","subnetId":"$NET/subnets/default"
                """;
            const string Enable = """{"properties":{"sourceResourceId":"$VM","policyId":"$POLICY"}}""";
            const string Validation = """{"objectType":"ValidateIaasVMRestoreOperationRequest","restoreRequest":{$R}}""";
            var data = new TheoryData<string, string, string>
            {
                { "PUT", "$I", Enable.Replace("$VM", "$FOREIGN/providers/Microsoft.Compute/virtualMachines/test", StringComparison.Ordinal) },
                { "PUT", "$I", Enable.Replace("$POLICY", "$FOREIGN/providers/Microsoft.RecoveryServices/vaults/v1/backupPolicies/DefaultPolicy", StringComparison.Ordinal) },
                { "POST", "$S/providers/Microsoft.RecoveryServices/locations/local/backupStatus", """{"resourceType":"VM","resourceId":"$FOREIGN/providers/Microsoft.Compute/virtualMachines/test"}""" },
                { "POST", "$S/providers/Microsoft.RecoveryServices/locations/local/backupPreValidateProtection", """{"resourceType":"VM","resourceId":"$VM","vaultId":"$FOREIGN/providers/Microsoft.RecoveryServices/vaults/v1"}""" },
                { "POST", "$S/providers/Microsoft.RecoveryServices/locations/local/backupPreValidateProtection", """{"resourceType":"VM","resourceId":"$FOREIGN/providers/Microsoft.Compute/virtualMachines/test","vaultId":"$V"}""" },
                { "POST", "$I/recoveryPoints/1/restore", """{"properties":{"recoveryType":"OriginalLocation","sourceResourceId":"$FOREIGN/providers/Microsoft.Compute/virtualMachines/test"}}""" },
            };
            (string From, string To)[] foreign =
            [
                ("$VM", "$FOREIGN/providers/Microsoft.Compute/virtualMachines/test"), ("$NEW", "$FOREIGN/providers/Microsoft.Compute/virtualMachines/new"), ("\"$G\"", "\"$FOREIGN\""),
                ("$POOL", "$FOREIGN/providers/Microsoft.Storage/storageAccounts/default-pool"), ("\"$NET\"", "\"$FOREIGN/providers/Microsoft.Network/virtualNetworks/default\""),
                ("$NET/subnets", "$FOREIGN/providers/Microsoft.Network/virtualNetworks/default/subnets"),
            ];
            foreach (var (from, to) in foreign)
            {
                var restore = Restore.Replace(from, to, StringComparison.Ordinal);
                data.Add("POST", "$I/recoveryPoints/1/restore", "{\"properties\":{" + restore + "}}");
                data.Add("POST", "$V/backupValidateOperation", Validation.Replace("$R", restore, StringComparison.Ordinal));
                data.Add("POST", "$V/backupTriggerValidateOperation", Validation.Replace("$R", restore, StringComparison.Ordinal));
            }

            return data;
        }
    }

    /// <summary>Bodies that name no resource, or one that isn't told by its id and has a test of its own.</summary>
    private static readonly string[] NamesNoId =
    [
        "PUT " + ArmRoutes.Vault, "PATCH " + ArmRoutes.Vault, "PUT " + ArmRoutes.Vault + "/backupconfig/vaultconfig", "PATCH " + ArmRoutes.Vault + "/backupconfig/vaultconfig",
        "PUT " + ArmRoutes.Vault + "/backupstorageconfig/vaultstorageconfig", "PATCH " + ArmRoutes.Vault + "/backupstorageconfig/vaultstorageconfig",
        "PUT " + ArmRoutes.Vault + "/backupEncryptionConfigs/backupResourceEncryptionConfig", "PUT " + ArmRoutes.Vault + "/backupPolicies/{policy}",
        "POST " + ArmRoutes.Item + "/backup", "POST " + ArmRoutes.Item + "/rebind", "POST " + ArmRoutes.Item + "/guestPrograms", "POST " + ArmRoutes.Item + "/recoveryPointsRecommendedForMove",
        "POST " + ArmRoutes.Subscription + "/providers/Microsoft.RecoveryServices/locations/{location}/backupValidateFeatures",
        "POST " + ArmRoutes.Group + "/providers/Microsoft.Compute/virtualMachines/{vm}/remedies/{kind}",
    ];

    [Fact]
    public void Every_body_is_tried_with_a_foreign_resource_or_names_none()
    {
        var tried = ForeignBodies.Select(row => row.Data).Select(d => d.Item1 + " " + d.Item2
            .Replace("$I/recoveryPoints/1", ArmRoutes.Point, StringComparison.Ordinal).Replace("$I", ArmRoutes.Item, StringComparison.Ordinal)
            .Replace("$V", ArmRoutes.Vault, StringComparison.Ordinal).Replace("$S", ArmRoutes.Subscription, StringComparison.Ordinal)
            .Replace("/local/", "/{location}/", StringComparison.Ordinal));
        Assert.Equal(
            ArmApi.Routes().All.Where(r => r.HasBody).Select(r => $"{r.Method} {r.Template}").Order(StringComparer.Ordinal),
            tried.Distinct().Concat(NamesNoId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Binding_an_item_to_another_VM_needs_the_right_to_read_it()
    {
        await PrepareAsync();
        world.Allow("vault-only", Roles.Owner, world.V);
        var before = await world.DumpAsync();
        const string Body = """{"properties":{"vmId":"11111111-1111-1111-1111-111111111111"}}""";
        Assert.Equal("AuthorizationFailed", await world.RefusedAsync(HttpStatusCode.Forbidden, "POST", world.I + "/rebind", Body, "vault-only"));
        Assert.Equal(before, await world.DumpAsync());
        world.Allow("both", (Roles.Owner, world.V), (Roles.BackupReader, world.G));
        Assert.NotEqual(HttpStatusCode.Forbidden, (await world.SendAsync("POST", world.I + "/rebind", Body, "both")).StatusCode);
    }

    [Theory]
    [MemberData(nameof(ForeignBodies))]
    public async Task A_body_that_names_a_resource_of_somebody_else_is_refused_and_changes_nothing(string method, string path, string body)
    {
        await PrepareAsync();
        world.Allow("group-owner", Roles.Owner, world.G);
        var before = await world.DumpAsync();
        Assert.Equal("AuthorizationFailed", await world.RefusedAsync(HttpStatusCode.Forbidden, method, Expand(path), Expand(body), "group-owner"));
        Assert.Equal(before, await world.DumpAsync());
    }

    [Fact]
    public async Task An_operator_protects_but_can_neither_stop_protection_nor_change_the_policy()
    {
        await PrepareAsync();
        world.Allow("operator", Roles.BackupOperator, world.S);
        var before = await world.DumpAsync();
        Assert.Equal("AuthorizationFailed", await world.RefusedAsync(HttpStatusCode.Forbidden, "PUT", world.I, world.EnableBody(policy: world.PolicyId("EnhancedPolicy")), "operator"));
        Assert.Equal(
            "AuthorizationFailed",
            await world.RefusedAsync(HttpStatusCode.Forbidden, "PUT", world.I, """{"properties":{"policyId":"","protectionState":"ProtectionStopped"}}""", "operator"));
        Assert.Equal("AuthorizationFailed", await world.RefusedAsync(HttpStatusCode.Forbidden, "DELETE", world.I, null, "operator"));
        Assert.Equal(before, await world.DumpAsync());
    }

    [Fact]
    public async Task Restoring_in_place_needs_the_right_to_write_the_VM()
    {
        await PrepareAsync();
        world.Allow("vault-only", (Roles.Owner, world.V), (Roles.BackupReader, world.G));
        Assert.Equal(
            "AuthorizationFailed",
            await world.RefusedAsync(
                HttpStatusCode.Forbidden, "POST", world.I + "/recoveryPoints/1/restore", Expand("""{"properties":{"recoveryType":"OriginalLocation","sourceResourceId":"$VM"}}"""), "vault-only"));
    }

    [Fact]
    public async Task Lists_show_only_what_the_caller_may_see()
    {
        await PrepareAsync();
        world.Allow("vault-reader", Roles.BackupReader, world.V);
        foreach (var list in (string[])["/providers/Microsoft.Compute/virtualMachines", "/providers/Microsoft.Network/virtualNetworks", "/providers/Microsoft.Storage/storageAccounts"])
        {
            Assert.Empty((await ApiWorld.BodyAsync(await world.SendAsync("GET", world.S + list, caller: "vault-reader"), HttpStatusCode.OK))["value"]!.AsArray());
        }

        Assert.Single((await ApiWorld.BodyAsync(await world.SendAsync("GET", world.S + "/resources", caller: "vault-reader"), HttpStatusCode.OK))["value"]!.AsArray());
        Assert.Single((await ApiWorld.BodyAsync(await world.SendAsync("GET", "/subscriptions", caller: "vault-reader"), HttpStatusCode.OK))["value"]!.AsArray());
        world.Allow("nobody");
        Assert.Empty((await ApiWorld.BodyAsync(await world.SendAsync("GET", "/subscriptions", caller: "nobody"), HttpStatusCode.OK))["value"]!.AsArray());
    }

    private async Task PrepareAsync()
    {
        if ((await world.SendAsync("GET", world.V)).StatusCode == HttpStatusCode.OK)
            return;
        await world.CreateVaultAsync();
        await world.FollowAsync("PUT", world.I, world.EnableBody());
    }

    private string Expand(string text) => text.Replace("$FOREIGN", world.S + "/resourceGroups/other", StringComparison.Ordinal)
        .Replace("$I", world.I, StringComparison.Ordinal).Replace("$VM", world.Vm, StringComparison.Ordinal).Replace("$V", world.V, StringComparison.Ordinal)
        .Replace("$NEW", world.G + "/providers/Microsoft.Compute/virtualMachines/new", StringComparison.Ordinal).Replace("$NET", world.Network, StringComparison.Ordinal)
        .Replace("$POOL", world.Pool, StringComparison.Ordinal).Replace("$POLICY", world.PolicyId(), StringComparison.Ordinal)
        .Replace("$G", world.G, StringComparison.Ordinal).Replace("$S", world.S, StringComparison.Ordinal);

    private string Fill(string template) => template.Replace(ArmRoutes.Subscription, world.S, StringComparison.Ordinal)
        .Replace("{group}", "holdfast", StringComparison.Ordinal).Replace("{vault}", "v1", StringComparison.Ordinal).Replace("{fabric}", "Azure", StringComparison.Ordinal)
        .Replace("{container}", "IaasVMContainer;iaasvmcontainerv2;holdfast;test", StringComparison.Ordinal).Replace("{item}", "VM;iaasvmcontainerv2;holdfast;test", StringComparison.Ordinal)
        .Replace("{policy}", "DefaultPolicy", StringComparison.Ordinal).Replace("{disk}", "test_vda", StringComparison.Ordinal).Replace("{vm}", "test", StringComparison.Ordinal).Replace("{network}", "default", StringComparison.Ordinal)
        .Replace("{subnet}", "default", StringComparison.Ordinal).Replace("{account}", "default-pool", StringComparison.Ordinal).Replace("{location}", "local", StringComparison.Ordinal)
        .Replace("{job}", Guid.Empty.ToString(), StringComparison.Ordinal).Replace("{operation}", Guid.Empty.ToString(), StringComparison.Ordinal)
        .Replace("{point}", "1", StringComparison.Ordinal).Replace("{guard}", "VaultProxy", StringComparison.Ordinal)
        .Replace("{kind}", "AttachChannel", StringComparison.Ordinal);
}
