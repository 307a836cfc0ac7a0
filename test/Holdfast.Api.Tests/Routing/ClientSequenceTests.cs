using System.Net;
using System.Text.Json.Nodes;

namespace Holdfast.Api.Tests.Routing;

/// <summary>What azure-cli 2.45 and 2.74 send, in their order, and the SDKs' ways of following operations.</summary>
public sealed class ClientSequenceTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    private const string Cli45 = "?api-version=2022-09-01-preview";
    private const string IaasVm = "&$filter=backupManagementType eq 'AzureIaasVM'";

    [Fact]
    public async Task A_VM_is_protected_changed_stopped_resumed_deleted_and_brought_back()
    {
        // Log-in
        Assert.Equal(world.Subscription, (string)(await world.GetAsync("/subscriptions?api-version=2019-11-01"))["value"]![0]!["subscriptionId"]!);
        Assert.Single((await world.GetAsync("/tenants?api-version=2019-11-01"))["value"]!.AsArray());
        Assert.Equal("holdfast", (string)(await world.GetAsync(world.S + "/resourcegroups?api-version=2021-04-01"))["value"]![0]!["name"]!);

        // vault create, show, backup-properties
        Assert.Equal("ResourceNotFound", await world.RefusedAsync(HttpStatusCode.NotFound, "GET", world.V + "?api-version=2022-10-01"));
        var vault = await ApiWorld.BodyAsync(
            await world.SendAsync(
                "PUT", world.V + "?api-version=2024-04-01",
                """{"location": "local", "properties": {"publicNetworkAccess": "Enabled", "monitoringSettings": {"azureMonitorAlertSettings": {"alertsForAllJobFailures": "Enabled", "alertsForAllReplicationIssues": "Enabled", "alertsForAllFailoverIssues": "Enabled"}, "classicAlertSettings": {"alertsForCriticalOperations": "Enabled", "emailNotificationsForSiteRecovery": "Enabled"}}}, "sku": {"name": "Standard"}}"""),
            HttpStatusCode.Created);
        Assert.Equal("Succeeded", (string)vault["properties"]!["provisioningState"]!);
        Assert.NotNull(vault["properties"]!["redundancySettings"]);
        Assert.Equal("Disabled", (string)vault["properties"]!["securitySettings"]!["immutabilitySettings"]!["state"]!);
        Assert.Equal("Enabled", (string)(await world.GetAsync(world.V))["properties"]!["publicNetworkAccess"]!);
        await world.SendAsync("PUT", $"{world.V}/backupstorageconfig/vaultstorageconfig{Cli45}", """{"properties": {"storageModelType": "ZoneRedundant", "crossRegionRestoreFlag": false}}""");
        Assert.Equal("ZoneRedundant", (string)(await world.GetAsync(world.V))["properties"]!["redundancySettings"]!["standardTierStorageRedundancy"]!);
        var soft = await ApiWorld.BodyAsync(
            await world.SendAsync("PATCH", $"{world.V}/backupconfig/vaultconfig{Cli45}", """{"properties": {"enhancedSecurityState": "Enabled", "softDeleteFeatureState": "Disabled"}}"""), HttpStatusCode.OK);
        Assert.Equal("Disabled", (string)soft["properties"]!["softDeleteFeatureState"]!);
        await world.SendAsync("PATCH", $"{world.V}/backupconfig/vaultconfig{Cli45}", """{"properties": {"softDeleteFeatureState": "Enabled"}}""");
        Assert.Empty((await world.GetAsync(world.V + "/backupResourceGuardProxies"))["value"]!.AsArray());
        Assert.Equal("MicrosoftManaged", (string)(await world.GetAsync(world.V + "/backupEncryptionConfigs/backupResourceEncryptionConfig"))["properties"]!["encryptionAtRestType"]!);

        // policy list, get-default, create, set
        Assert.Equal(["DefaultPolicy", "EnhancedPolicy"], (await world.GetAsync(world.V + "/backupPolicies" + Cli45))["value"]!.AsArray().Select(p => (string)p!["name"]!).Order());
        var policy = await world.GetAsync(world.PolicyId());
        Assert.Equal(0, (int)policy["properties"]!["protectedItemsCount"]!);
        await ApiWorld.BodyAsync(await world.SendAsync("PUT", world.PolicyId("p2"), policy.ToJsonString()), HttpStatusCode.OK);

        // check-vm, enable-for-vm
        var vm = await world.GetAsync(world.Vm + "?api-version=2022-08-01");
        Assert.Equal((string)vault["location"]!, (string)vm["location"]!);
        Assert.Equal("NotProtected", (string)(await StatusAsync())["protectionStatus"]!);
        var protectable = Assert.Single((await world.GetAsync(world.V + "/backupProtectableItems" + Cli45 + IaasVm))["value"]!.AsArray());
        Assert.Equal(world.Vm, (string)protectable!["properties"]!["virtualMachineId"]!);
        var refresh = await world.SendAsync("POST", world.V + "/backupFabrics/Azure/refreshContainers" + Cli45);
        Assert.Equal(HttpStatusCode.Accepted, refresh.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await world.SendAsync("GET", refresh.Headers.Location!.PathAndQuery)).StatusCode);
        Assert.Equal("ConfigureBackup", await JobOfAsync("PUT", world.EnableBody()));
        Assert.Equal("IRPending", await StateAsync());
        var status = await StatusAsync();
        Assert.Equal(world.V, (string)status["vaultId"]!);
        Assert.Empty((await world.GetAsync(world.V + "/backupProtectableItems"))["value"]!.AsArray());

        // container list, item list and show, set-policy
        Assert.Single((await world.GetAsync(world.V + "/backupProtectionContainers" + Cli45 + IaasVm + " and friendlyName eq 'test' and status eq 'Registered'"))["value"]!.AsArray());
        var item = Assert.Single((await world.GetAsync(world.V + "/backupProtectedItems" + Cli45 + IaasVm + " and itemType eq 'VM'"))["value"]!.AsArray());
        Assert.Equal(world.I, (string)item!["id"]!, ignoreCase: true);
        Assert.Equal("2001-01-01T00:00:00Z", (string)item["properties"]!["lastBackupTime"]!);
        Assert.Empty((await world.GetAsync(world.V + "/backupProtectedItems?$filter=backupManagementType eq 'AzureStorage'"))["value"]!.AsArray());
        await world.FollowAsync("PUT", world.I + Cli45, world.EnableBody(policy: world.PolicyId("p2")));
        Assert.Equal("p2", (string)(await world.GetAsync(world.I))["properties"]!["policyName"]!);
        Assert.Equal("HoldfastPolicyInUse", await world.RefusedAsync(HttpStatusCode.Conflict, "DELETE", world.PolicyId("p2")));

        // disable, resume
        Assert.Equal("DisableBackup", await JobOfAsync("PUT", Stop()));
        Assert.Equal("ProtectionStopped", await StateAsync());
        await world.FollowAsync("PUT", world.I, world.EnableBody());
        Assert.Equal("IRPending", await StateAsync());

        // backup-now, job list, show, stop
        var backup = await world.FollowAsync("POST", world.I + "/backup" + Cli45, """{"properties": {"objectType": "IaasVMBackupRequest", "recoveryPointExpiryTimeInUTC": "2099-12-01T00:00:00.000Z"}}""");
        Assert.Equal("Succeeded", (string)backup["status"]!);
        var jobId = (string)backup["properties"]!["jobId"]!;
        var running = Assert.Single((await world.GetAsync(world.V + "/backupJobs" + Cli45 + "&$filter=operation eq 'Backup' and status eq 'InProgress'"))["value"]!.AsArray());
        Assert.Equal(jobId, (string)running!["name"]!);
        Assert.Null(running["properties"]!["extendedInfo"]);
        Assert.NotNull((await world.GetAsync($"{world.V}/backupJobs/{jobId}"))["properties"]!["extendedInfo"]!["tasksList"]);
        var cancel = await world.FollowAsync("POST", $"{world.V}/backupJobs/{jobId}/cancel");
        Assert.Equal("Succeeded", (string)cancel["status"]!);
        Assert.Equal("Cancelled", (string)(await world.GetAsync($"{world.V}/backupJobs/{jobId}"))["properties"]!["status"]!);
        Assert.Equal("HoldfastJobNotInProgress", await world.RefusedAsync(HttpStatusCode.BadRequest, "POST", $"{world.V}/backupJobs/{jobId}/cancel"));

        // recoverypoint list, mount-rp, delete
        Assert.Empty((await world.GetAsync(world.I + "/recoveryPoints"))["value"]!.AsArray());
        Assert.Equal("HoldfastPointNotFound", await world.RefusedAsync(HttpStatusCode.NotFound, "GET", world.I + "/recoveryPoints/1000000000001"));
        Assert.Equal(
            "HoldfastFeatureNotSupported",
            await world.RefusedAsync(HttpStatusCode.BadRequest, "POST", world.I + "/recoveryPoints/1000000000001/provisionInstantItemRecovery", "{}"));
        Assert.Equal("ServiceResourceNotEmptyWithContainerDetails", await world.RefusedAsync(HttpStatusCode.Conflict, "DELETE", world.V));
        Assert.Equal("DeleteBackupData", await JobOfAsync("DELETE"));
        Assert.Equal(HttpStatusCode.OK, (await world.SendAsync("DELETE", world.PolicyId("p2"))).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await world.SendAsync("DELETE", world.PolicyId("p2"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await world.SendAsync("DELETE", world.V + "?api-version=2022-10-01")).StatusCode);

        // A newer client's vault delete wants another status.
        await world.CreateVaultAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await world.SendAsync("DELETE", world.V + "?api-version=2024-04-01")).StatusCode);
    }

    private static string Stop() => """{"properties": {"protectedItemType": "Microsoft.Compute/virtualMachines", "policyId": "", "protectionState": "ProtectionStopped"}}""";

    private async Task<string> JobOfAsync(string method, string? body = null)
    {
        var status = await world.FollowAsync(method, world.I + Cli45, body);
        Assert.Equal("Succeeded", (string)status["status"]!);
        var job = await world.GetAsync($"{world.V}/backupJobs/{(string)status["properties"]!["jobId"]!}");
        Assert.Equal("Completed", (string)job["properties"]!["status"]!);
        return (string)job["properties"]!["operation"]!;
    }

    private async Task<string> StateAsync() => (string)(await world.GetAsync(world.I))["properties"]!["protectionState"]!;

    private async Task<JsonNode> StatusAsync() => await ApiWorld.BodyAsync(
        await world.SendAsync(
            "POST", world.S + "/providers/Microsoft.RecoveryServices/locations/local/backupStatus" + Cli45, $$"""{"resourceType": "VM", "resourceId": "{{world.Vm}}"}"""),
        HttpStatusCode.OK);
}
