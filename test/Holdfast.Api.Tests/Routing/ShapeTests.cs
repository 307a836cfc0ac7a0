using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Api.Tests.Routing;

/// <summary>What Azure's clients read of each answer, and of which type: a field that is missing or of another type breaks one of them.</summary>
public sealed class ShapeTests(ShapeTests.ProtectedVm shared) : IClassFixture<ShapeTests.ProtectedVm>
{
    /// <summary>A VM that is protected, and a backup of it that waits.</summary>
    public sealed class ProtectedVm : IAsyncLifetime
    {
        public ApiWorld World { get; } = new();

        public string Job { get; private set; } = "";

        public string Operation { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            await World.InitializeAsync();
            await World.CreateVaultAsync();
            await World.FollowAsync("PUT", World.I, World.EnableBody());
            var backup = await World.FollowAsync(
                "POST", World.I + "/backup", """{"properties":{"objectType":"IaasVMBackupRequest","recoveryPointExpiryTimeInUTC":"2099-12-01T00:00:00.000Z"}}""");
            (Job, Operation) = ((string)backup["properties"]!["jobId"]!, (string)backup["name"]!);
        }

        public ValueTask DisposeAsync() => World.DisposeAsync();
    }

    // Of each field: s text, t time, n whole number, b flag, a list, o object.
    public static TheoryData<string, string, string> Resources => new()
    {
        { "/subscriptions", "value.0", "subscriptionId:s tenantId:s displayName:s state:s id:s" },
        { "/tenants", "value.0", "tenantId:s id:s" },
        { "$S/resourcegroups", "value.0", "id:s name:s type:s location:s properties.provisioningState:s" },
        { "$VM", "", "id:s name:s type:s location:s properties.vmId:s properties.provisioningState:s properties.hardwareProfile.vmSize:s properties.storageProfile.osDisk:o properties.storageProfile.dataDisks:a" },
        { "$VM/instanceView", "", "statuses:a" },
        { "$POOL", "", "id:s name:s type:s location:s properties:o" },
        { "$NET", "", "id:s name:s type:s location:s properties.subnets:a properties.subnets.0.name:s properties.subnets.0.id:s" },
        {
            "$V", "", "id:s name:s type:s location:s etag:s sku.name:s properties.provisioningState:s properties.publicNetworkAccess:s properties.privateEndpointStateForBackup:s "
            + "properties.redundancySettings.standardTierStorageRedundancy:s properties.redundancySettings.crossRegionRestore:s properties.securitySettings.immutabilitySettings.state:s "
            + "properties.securitySettings.softDeleteSettings.softDeleteState:s properties.securitySettings.softDeleteSettings.softDeleteRetentionPeriodInDays:n"
        },
        { "$V/backupconfig/vaultconfig", "", "id:s name:s type:s properties.enhancedSecurityState:s properties.softDeleteFeatureState:s properties.isSoftDeleteFeatureStateEditable:b" },
        {
            "$V/backupstorageconfig/vaultstorageconfig", "",
            "id:s name:s type:s properties.storageModelType:s properties.storageType:s properties.dedupState:s properties.xcoolState:s properties.storageTypeState:s properties.crossRegionRestoreFlag:b"
        },
        { "$V/backupEncryptionConfigs/backupResourceEncryptionConfig", "", "id:s name:s type:s properties.encryptionAtRestType:s properties.infrastructureEncryptionState:s properties.lastUpdateStatus:s" },
        {
            "$V/backupPolicies/DefaultPolicy", "", "id:s name:s type:s properties.backupManagementType:s properties.policyType:s properties.timeZone:s properties.protectedItemsCount:n "
            + "properties.instantRpRetentionRangeInDays:n properties.instantRPDetails:o properties.schedulePolicy.schedulePolicyType:s properties.schedulePolicy.scheduleRunFrequency:s "
            + "properties.schedulePolicy.scheduleRunTimes.0:t properties.retentionPolicy.retentionPolicyType:s properties.retentionPolicy.dailySchedule.retentionTimes.0:t "
            + "properties.retentionPolicy.dailySchedule.retentionDuration.count:n properties.retentionPolicy.dailySchedule.retentionDuration.durationType:s"
        },
        {
            "$V/backupPolicies/EnhancedPolicy", "", "properties.policyType:s properties.schedulePolicy.schedulePolicyType:s properties.schedulePolicy.scheduleRunFrequency:s "
            + "properties.schedulePolicy.hourlySchedule.interval:n properties.schedulePolicy.hourlySchedule.scheduleWindowStartTime:t properties.schedulePolicy.hourlySchedule.scheduleWindowDuration:n"
        },
        {
            "$V/backupProtectionContainers", "value.0", "id:s name:s type:s properties.friendlyName:s properties.backupManagementType:s properties.registrationStatus:s properties.healthStatus:s "
            + "properties.containerType:s properties.virtualMachineId:s properties.virtualMachineVersion:s properties.resourceGroup:s"
        },
        {
            "$I", "", "id:s name:s type:s properties.protectedItemType:s properties.backupManagementType:s properties.workloadType:s properties.containerName:s properties.friendlyName:s "
            + "properties.virtualMachineId:s properties.sourceResourceId:s properties.protectionState:s properties.protectionStatus:s properties.healthStatus:s properties.healthDetails.0.code:n "
            + "properties.healthDetails.0.title:s properties.healthDetails.0.message:s properties.healthDetails.0.recommendations:a properties.kpisHealths:o properties.lastBackupStatus:s "
            + "properties.lastBackupTime:t properties.protectedItemDataId:s properties.policyId:s properties.policyName:s"
        },
        { "$I?$filter=expand eq 'extendedInfo'", "", "properties.extendedInfo.recoveryPointCount:n properties.extendedInfo.policyInconsistent:b" },
        {
            "$V/backupJobs?$filter=operation eq 'Backup'", "value.0", "id:s name:s type:s properties.jobType:s properties.backupManagementType:s properties.entityFriendlyName:s properties.operation:s "
            + "properties.status:s properties.startTime:t properties.duration:s properties.activityId:s properties.actionsInfo.0:s properties.containerName:s properties.virtualMachineVersion:s"
        },
        {
            "$V/backupJobs/$JOB", "", "properties.status:s properties.extendedInfo.tasksList.0.taskId:s properties.extendedInfo.tasksList.0.status:s properties.extendedInfo.tasksList.0.duration:s "
            + "properties.extendedInfo.propertyBag:o"
        },
        { "$V/backupOperations/$OP", "", "id:s name:s status:s startTime:t endTime:t properties.objectType:s properties.jobId:s" },
        { "$I/operationResults/$OP", "", "id:s name:s type:s properties.jobType:s" },
        { "$V/backupUsageSummaries?$filter=type eq 'BackupProtectedItemCountSummary'", "value.0", "unit:s currentValue:n limit:n name.value:s name.localizedValue:s" },
    };

    [Theory]
    [MemberData(nameof(Resources))]
    public async Task An_answer_has_what_clients_read_of_it(string path, string at, string fields)
    {
        var answer = At(await shared.World.GetAsync(Expand(path)), at);
        Assert.All(fields.Split(' '), field => AssertIs(answer, field.Split(':')[0], field.Split(':')[1]));
    }

    [Theory]
    [InlineData("$S/providers/Microsoft.RecoveryServices/locations/local/backupStatus", """{"resourceType":"VM","resourceId":"$VM"}""", "protectionStatus:s vaultId:s fabricName:s containerName:s protectedItemName:s errorCode:s errorMessage:s policyName:s registrationStatus:s")]
    [InlineData("$S/providers/Microsoft.RecoveryServices/locations/local/backupPreValidateProtection", """{"resourceType":"VM","resourceId":"$VM","vaultId":"$V","properties":""}""", "status:s errorCode:s errorMessage:s recommendation:s containerName:s protectedItemName:s")]
    [InlineData("$S/providers/Microsoft.RecoveryServices/locations/local/backupValidateFeatures", """{"featureType":"AzureVMResourceBackup","vmSize":"Basic_A0","vmSku":"Premium"}""", "supportStatus:s")]
    public async Task A_question_is_answered_with_what_clients_read_of_it(string path, string body, string fields)
    {
        var answer = await ApiWorld.BodyAsync(await shared.World.SendAsync("POST", Expand(path), Expand(body)), HttpStatusCode.OK);
        Assert.All(fields.Split(' '), field => AssertIs(answer, field.Split(':')[0], field.Split(':')[1]));
    }

    [Fact]
    public async Task Something_long_is_accepted_with_both_addresses_to_poll_and_without_a_body()
    {
        await using var own = new ProtectedVm();
        await own.InitializeAsync();
        var world = own.World;
        foreach (var (method, path, body) in new[]
        {
            ("PUT", world.I, world.EnableBody()), ("POST", $"{world.V}/backupJobs/{own.Job}/cancel", null), ("POST", world.V + "/backupFabrics/Azure/refreshContainers", null),
            ("DELETE", world.I, null),
        })
        {
            var accepted = await world.SendAsync(method, path + "?api-version=2024-04-01", body);
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
            Assert.Equal("", await accepted.Content.ReadAsStringAsync(ApiWorld.Ct));
            foreach (var address in (string[])[accepted.Headers.Location!.ToString(), accepted.Headers.GetValues("Azure-AsyncOperation").Single()])
            {
                var uri = new Uri(address, UriKind.Absolute);
                Assert.Contains("api-version=2024-04-01", uri.Query, StringComparison.Ordinal);
                Assert.True((await world.SendAsync("GET", uri.PathAndQuery)).IsSuccessStatusCode, $"{method} {path}: {address}");
            }
        }
    }

    private string Expand(string text) => text.Replace("$VM", shared.World.Vm, StringComparison.Ordinal).Replace("$POOL", shared.World.Pool, StringComparison.Ordinal)
        .Replace("$NET", shared.World.Network, StringComparison.Ordinal).Replace("$V", shared.World.V, StringComparison.Ordinal).Replace("$I", shared.World.I, StringComparison.Ordinal)
        .Replace("$S", shared.World.S, StringComparison.Ordinal).Replace("$JOB", shared.Job, StringComparison.Ordinal).Replace("$OP", shared.Operation, StringComparison.Ordinal);

    private static JsonNode At(JsonNode node, string path) => path.Length == 0 ? node : path.Split('.').Aggregate(
        node, (n, step) => (int.TryParse(step, out var index) ? n.AsArray()[index] : n[step]) ?? throw new InvalidOperationException($"{path} isn't in {node.ToJsonString()}"));

    private static void AssertIs(JsonNode answer, string path, string type)
    {
        var value = At(answer, path);
        var isRight = type switch
        {
            "o" => value is JsonObject,
            "a" => value is JsonArray,
            "n" => value.GetValueKind() == JsonValueKind.Number && value.AsValue().TryGetValue<long>(out _),
            "b" => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
            "t" => value.GetValueKind() == JsonValueKind.String && DateTimeOffset.TryParse((string)value!, System.Globalization.CultureInfo.InvariantCulture, out _) && ((string)value!).EndsWith('Z'),
            _ => value.GetValueKind() == JsonValueKind.String,
        };
        Assert.True(isRight, $"{path} is {value.ToJsonString()}, not of type {type}");
    }
}
