using System.Net;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Access;

namespace Holdfast.Api.Tests.Routing;

/// <summary>Every address with every role: what a role allows is done and answered, and nothing else is.</summary>
public sealed class RoleWalkTests
{
    private const string Item = ArmRoutes.Item;
    private const string Config = ArmRoutes.Vault + "/backupconfig/vaultconfig";
    private const string Storage = ArmRoutes.Vault + "/backupstorageconfig/vaultstorageconfig";
    private const string Locations = ArmRoutes.Subscription + "/providers/Microsoft.RecoveryServices/locations/{location}";
    private const string Vm = ArmRoutes.Group + "/providers/Microsoft.Compute/virtualMachines/{vm}";
    private const string Restore = """
        "recoveryType":"OriginalLocation","sourceResourceId":"$VM","storageAccountId":"$POOL","recoveryPointId":"1"
        """;

    /// <summary>Everything that changes or asks with a body, in an order in which each has what it needs, and what the owner is answered.</summary>
    private static readonly (string Route, string? Body, HttpStatusCode Status)[] Changes =
    [
        ("PUT " + ArmRoutes.Vault, """{"location":"local","tags":{"a":"b"},"sku":{"name":"Standard"}}""", HttpStatusCode.OK),
        ("PATCH " + ArmRoutes.Vault, """{"tags":{"a":"c"}}""", HttpStatusCode.OK),
        ("PUT " + Config, """{"properties":{"softDeleteFeatureState":"Enabled"}}""", HttpStatusCode.OK),
        ("PATCH " + Config, """{"properties":{"softDeleteFeatureState":"Enabled"}}""", HttpStatusCode.OK),
        ("PUT " + Storage, """{"properties":{"storageModelType":"ZoneRedundant"}}""", HttpStatusCode.OK),
        ("PATCH " + Storage, """{"properties":{"storageModelType":"LocallyRedundant"}}""", HttpStatusCode.NoContent),
        ("PUT " + ArmRoutes.Vault + "/backupEncryptionConfigs/backupResourceEncryptionConfig", """{"properties":{"encryptionAtRestType":"MicrosoftManaged"}}""", HttpStatusCode.OK),
        ("PUT " + ArmRoutes.Vault + "/backupResourceGuardProxies/{guard}", null, HttpStatusCode.BadRequest),
        ("POST " + ArmRoutes.Vault + "/backupSecurityPIN", null, HttpStatusCode.BadRequest),
        ("PUT " + ArmRoutes.Vault + "/backupPolicies/{policy}", "$POLICY", HttpStatusCode.OK),
        ("POST " + ArmRoutes.Fabric + "/refreshContainers", null, HttpStatusCode.Accepted),
        ("PUT " + Item, "$ENABLE", HttpStatusCode.Accepted),
        ("POST " + Item + "/rebind", """{"properties":{"vmId":"11111111-1111-1111-1111-111111111111"}}""", HttpStatusCode.BadRequest),
        ("POST " + Item + "/guestPrograms", """{"properties":{"allowed":false}}""", HttpStatusCode.OK),
        ("POST " + Item + "/recoveryPointsRecommendedForMove", """{"excludedRPList":[]}""", HttpStatusCode.OK),
        ("POST " + ArmRoutes.Point + "/provisionInstantItemRecovery", "{}", HttpStatusCode.BadRequest),
        ("POST " + ArmRoutes.Point + "/revokeInstantItemRecovery", "{}", HttpStatusCode.BadRequest),
        ("POST " + ArmRoutes.Point + "/move", "{}", HttpStatusCode.BadRequest),
        ("POST " + ArmRoutes.Point + "/restore", "{\"properties\":{" + Restore + "}}", HttpStatusCode.NotFound),
        ("POST " + ArmRoutes.Vault + "/backupValidateOperation", "{\"restoreRequest\":{" + Restore + "}}", HttpStatusCode.NotFound),
        ("POST " + ArmRoutes.Vault + "/backupTriggerValidateOperation", "{\"restoreRequest\":{" + Restore + "}}", HttpStatusCode.NotFound),
        ("POST " + Locations + "/backupStatus", """{"resourceType":"VM","resourceId":"$VM"}""", HttpStatusCode.OK),
        ("POST " + Locations + "/backupPreValidateProtection", """{"resourceType":"VM","resourceId":"$VM","vaultId":"$V"}""", HttpStatusCode.OK),
        ("POST " + Locations + "/backupValidateFeatures", """{"featureType":"AzureVMResourceBackup"}""", HttpStatusCode.OK),
        ("POST " + ArmRoutes.Vault + "/backupJobsExport", null, HttpStatusCode.Accepted),

        // libvirt's test driver attaches nothing, and its VM has no agent.
        ("POST " + Vm + "/attachAgentChannel", null, HttpStatusCode.Conflict),
        ("POST " + Vm + "/updateAgent", null, HttpStatusCode.BadRequest),
        ("POST " + Vm + "/remedies/{kind}", """{"properties":{"code":"HoldfastLeftoverOfDeadRun","parameters":{"vm":"test","left":"a job"}}}""", HttpStatusCode.Conflict),
        ("POST " + Item + "/backup", """{"properties":{"objectType":"IaasVMBackupRequest"}}""", HttpStatusCode.Accepted),
        ("POST " + ArmRoutes.Vault + "/backupJobs/{job}/cancel", null, HttpStatusCode.Accepted),
        ("DELETE " + Item, null, HttpStatusCode.Accepted),
        ("DELETE " + ArmRoutes.Vault + "/backupPolicies/{policy}", null, HttpStatusCode.OK),
        ("DELETE " + ArmRoutes.Vault, null, HttpStatusCode.NoContent),
    ];

    public static TheoryData<string> AllRoles => [.. Roles.All.Select(r => r.ShortName)];

    [Fact]
    public void The_walk_goes_to_every_address() => Assert.Equal(
        ArmApi.Routes().All.Where(r => r.Method != "GET").Select(r => $"{r.Method} {r.Template}").Order(StringComparer.Ordinal),
        Changes.Select(c => c.Route).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(AllRoles))]
    public async Task A_role_is_answered_what_it_allows_and_refused_the_rest(string name)
    {
        Assert.True(Roles.TryFind(name, out var role));
        await using var world = new ApiWorld();
        await world.InitializeAsync();
        world.Allow("walker", role, world.S);
        await world.CreateVaultAsync();
        await world.FollowAsync("PUT", world.I, world.EnableBody());
        var job = await BackUpAsync(world);
        var policy = (await world.GetAsync(world.PolicyId())).ToJsonString();

        foreach (var route in ArmApi.Routes().All.Where(r => r.Method == "GET"))
        {
            var answer = await world.SendAsync("GET", Fill(world, route.Template, job), caller: "walker");
            if (route.Action.Length > 0 && !role.Allows(route.Action))
            {
                Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{name} GET {route.Template}: {answer.StatusCode}");
                continue;
            }

            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{name} GET {route.Template}: {answer.StatusCode}");
            if (!route.Template.Contains("{operation}", StringComparison.Ordinal) && !route.Template.Contains("{point}", StringComparison.Ordinal)
                && !route.Template.Contains("{guard}", StringComparison.Ordinal) && !route.Template.Contains("ClassicStorage", StringComparison.Ordinal))
                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{name} GET {route.Template}: {answer.StatusCode}");
        }

        await EndAsync(world, job);
        foreach (var (key, body, owners) in Changes)
        {
            var route = ArmApi.Routes().All.Single(r => $"{r.Method} {r.Template}" == key);
            if (route.Suffix == "/cancel")
                job = await BackUpAsync(world);
            var expected = role.Allows(route.Action) && (owners != HttpStatusCode.NotFound || role.Allows("Microsoft.Compute/virtualMachines/write")) ? owners : HttpStatusCode.Forbidden;
            var text = body?.Replace("$VM", world.Vm, StringComparison.Ordinal).Replace("$POOL", world.Pool, StringComparison.Ordinal)
                .Replace("$POLICY", policy, StringComparison.Ordinal).Replace("$ENABLE", world.EnableBody(), StringComparison.Ordinal).Replace("$V", world.V, StringComparison.Ordinal);
            var answer = await world.SendAsync(route.Method, Fill(world, route.Template, job) + "?api-version=2024-04-01", text, "walker");
            Assert.True(answer.StatusCode == expected, $"{name} {key}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(ApiWorld.Ct)}");
            if (route.Suffix is "/backup" or "/cancel")
                await EndAsync(world, null);
        }
    }

    /// <summary>Puts a backup into the queue as the owner, and gives its job.</summary>
    private static async Task<string> BackUpAsync(ApiWorld world) =>
        (string)(await world.FollowAsync("POST", world.I + "/backup", """{"properties":{"objectType":"IaasVMBackupRequest"}}"""))["properties"]!["jobId"]!;

    /// <summary>Ends what waits, so that it stands in nobody's way.</summary>
    private static async Task EndAsync(ApiWorld world, string? job)
    {
        job ??= (string?)(await world.GetAsync(world.V + "/backupJobs?$filter=status eq 'InProgress'"))["value"]!.AsArray().FirstOrDefault()?["name"];
        if (job is not null)
            await world.FollowAsync("POST", $"{world.V}/backupJobs/{job}/cancel");
    }

    private static string Fill(ApiWorld world, string template, string job) => template.Replace(ArmRoutes.Subscription, world.S, StringComparison.Ordinal)
        .Replace("{group}", "holdfast", StringComparison.Ordinal).Replace("{vault}", "v1", StringComparison.Ordinal).Replace("{fabric}", "Azure", StringComparison.Ordinal)
        .Replace("{container}", "IaasVMContainer;iaasvmcontainerv2;holdfast;test", StringComparison.Ordinal).Replace("{item}", "VM;iaasvmcontainerv2;holdfast;test", StringComparison.Ordinal)
        .Replace("{policy}", "EnhancedPolicy", StringComparison.Ordinal)
        .Replace("{vm}", "test", StringComparison.Ordinal).Replace("{disk}", "test_vda", StringComparison.Ordinal).Replace("{network}", "default", StringComparison.Ordinal)
        .Replace("{subnet}", "default", StringComparison.Ordinal).Replace("{account}", "default-pool", StringComparison.Ordinal).Replace("{location}", "local", StringComparison.Ordinal)
        .Replace("{job}", job, StringComparison.Ordinal).Replace("{operation}", Guid.Empty.ToString(), StringComparison.Ordinal)
        .Replace("{point}", "1", StringComparison.Ordinal).Replace("{guard}", "VaultProxy", StringComparison.Ordinal)
        .Replace("{kind}", "CleanUpDeadRun", StringComparison.Ordinal);
}
