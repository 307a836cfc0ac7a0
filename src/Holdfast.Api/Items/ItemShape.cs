using System.Text.Json.Nodes;
using Holdfast.Api.Replies;
using Holdfast.ControlPlane.Health;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Points;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;

namespace Holdfast.Api.Items;

/// <summary>A protected item as Azure Backup writes it.</summary>
internal sealed class ItemShape(
    VaultRow vault, IReadOnlyDictionary<Guid, string> policies, FaultLanguage language, DateTimeOffset nowUtc, TimeSpan staleAfter)
{
    private const int GreenNumber = 400239;

    /// <summary>Passed, ActionSuggested or ActionRequired.</summary>
    public string HealthOf(ProtectedItemRow item) => ItemHealth.Of(item, nowUtc, staleAfter).Status.ToString();

    /// <summary>The item as lists have it.</summary>
    public JsonObject Of(ProtectedItemRow item)
    {
        var health = ItemHealth.Of(item, nowUtc, staleAfter);
        var properties = new JsonObject
        {
            ["protectedItemType"] = Kinds.VirtualMachines,
            ["backupManagementType"] = Kinds.IaasVm,
            ["workloadType"] = "VM",
            ["containerName"] = ArmNames.Native(item.VmResourceGroup, item.VmName),
            ["friendlyName"] = item.VmName,
            ["virtualMachineId"] = item.SourceResourceId.ToString(),
            ["sourceResourceId"] = item.SourceResourceId.ToString(),
            ["protectionState"] = item.State.ToString(),
            ["protectionStatus"] = item.LastBackupFault is null ? "Healthy" : "Unhealthy",
            ["healthStatus"] = health.Status.ToString(),
            ["healthDetails"] = new JsonArray([.. Details(health)]),
            ["kpisHealths"] = item.LastBackupUtc is null ? new JsonObject() : new JsonObject
            {
                ["BackupOperationStatusKPI"] = Kpi(item.LastBackupFault), ["RestoreOperationStatusKPI"] = Kpi(item.LastRestoreFault),
            },
            ["lastBackupStatus"] = item.LastBackupSucceeded switch { null => "", true => "Completed", false => "Failed" },
            ["lastBackupTime"] = item.LastBackupUtc is { } last ? WireTime.Of(last) : "2001-01-01T00:00:00Z",
            ["protectedItemDataId"] = item.DataId.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["policyId"] = PolicyName(item) is { } id ? $"{vault.Ref.Id}/backupPolicies/{id}" : "",
            ["policyName"] = PolicyName(item) ?? "",
            ["vaultId"] = vault.Ref.Id.ToString(),
            ["isArchiveEnabled"] = false,
            ["softDeleteRetentionPeriodInDays"] = vault.SoftDeleteDays,
        };
        if (item.LastPointUtc is { } point)
            properties["lastRecoveryPoint"] = WireTime.Of(point);
        if (item.DiskExclusion is { } exclusion)
        {
            properties["extendedProperties"] = new JsonObject
            {
                ["diskExclusionProperties"] = new JsonObject
                {
                    ["diskLunList"] = new JsonArray([.. exclusion.Luns.Select(l => (JsonNode)l)]), ["isInclusionList"] = exclusion.IsInclusionList,
                },
            };
        }

        if (item is { DeletedUtc: not null, PurgeAtUtc: { } purge })
        {
            properties["isScheduledForDeferredDelete"] = true;
            properties["deferredDeleteTimeInUTC"] = WireTime.Of(item.DeletedUtc.Value);
            properties["deferredDeleteTimeRemaining"] = Remaining(purge);
        }

        return new JsonObject
        {
            ["id"] = $"{vault.Ref.Id}/backupFabrics/{Kinds.Fabric}/protectionContainers/{item.ContainerName}/protectedItems/{item.ItemName}",
            ["name"] = item.ItemName,
            ["type"] = "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems",
            ["properties"] = properties,
        };
    }

    /// <summary>The item with what its recovery points say.</summary>
    public JsonObject Extended(ProtectedItemRow item, IReadOnlyList<RecoveryPointResource> points)
    {
        var shape = Of(item);
        var info = new JsonObject { ["recoveryPointCount"] = points.Count, ["policyInconsistent"] = false };
        if (points.Count > 0)
            info["oldestRecoveryPoint"] = WireTime.Of(points.Min(p => p.Point.CreatedUtc));
        shape["properties"]!["extendedInfo"] = info;
        return shape;
    }

    private string? PolicyName(ProtectedItemRow item) => item.PolicyId is { } id ? policies.GetValueOrDefault(id) : null;

    // .NET's own form of a time span: 13.23:59:43.3332309.
    private string Remaining(DateTimeOffset purgeUtc) =>
        (purgeUtc > nowUtc ? purgeUtc - nowUtc : TimeSpan.Zero).ToString("c", System.Globalization.CultureInfo.InvariantCulture);

    private IEnumerable<JsonNode> Details(ItemHealth health) => health.Faults.Count > 0
        ? health.Faults.Select(f => (JsonNode)Detail(f))
        : [new JsonObject
        {
            ["code"] = GreenNumber,
            ["title"] = "IaasVmHealthGreenDefault",
            ["message"] = "Backup pre-check status of this virtual machine is OK.",
            ["recommendations"] = new JsonArray(),
        }];

    private JsonObject Kpi(Fault? fault) => new()
    {
        ["resourceHealthStatus"] = fault is null ? "Healthy" : "PersistentUnhealthy",
        ["resourceHealthDetails"] = new JsonArray(fault is null
            ? new JsonObject { ["code"] = 0, ["title"] = "Success", ["message"] = "", ["recommendations"] = new JsonArray() } : Detail(fault)),
    };

    private JsonObject Detail(Fault fault)
    {
        var text = FaultCatalogue.Shared.Render(fault, language);
        return new()
        {
            ["code"] = text.Number,
            ["title"] = fault.Code.Value,
            ["message"] = text.Message,
            ["recommendations"] = new JsonArray([.. text.Actions.Select(a => (JsonNode)a)]),
        };
    }
}
