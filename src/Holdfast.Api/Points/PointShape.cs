using System.Text.Json.Nodes;
using Holdfast.Api.Replies;
using Holdfast.ControlPlane.Points;
using Holdfast.Protection.Backup;

namespace Holdfast.Api.Points;

/// <summary>A recovery point as Azure Backup writes it. All points are in the vault tier.</summary>
internal static class PointShape
{
    public static JsonObject Of(string id, RecoveryPointResource point, bool withDisks)
    {
        var details = point.Point.Details;
        var excluded = details.Skipped.Where(s => s.Reason == "excluded").ToList();
        var disks = new JsonObject
        {
            ["numberOfDisksIncludedInBackup"] = details.Disks.Count, ["numberOfDisksAttachedToVm"] = details.Disks.Count + excluded.Count,
        };
        if (withDisks)
        {
            disks["includedDiskList"] = new JsonArray([.. details.Disks.Select((d, i) => (JsonNode)new JsonObject { ["lun"] = i - 1, ["name"] = d.Target })]);
            disks["excludedDiskList"] = new JsonArray([.. excluded.Select(d => (JsonNode)new JsonObject { ["name"] = d.Target })]);
        }

        var properties = new JsonObject
        {
            ["objectType"] = "IaasVMRecoveryPoint",
            ["recoveryPointType"] = TypeOf(details.Consistency),
            ["recoveryPointTime"] = WireTime.Of(point.Point.CreatedUtc),
            ["recoveryPointAdditionalInfo"] = details.Note ?? "",
            ["sourceVMStorageType"] = "NormalStorage",
            ["isSourceVMEncrypted"] = false,
            ["isInstantIlrSessionActive"] = false,
            ["recoveryPointTierDetails"] = new JsonArray(new JsonObject { ["type"] = "HardenedRP", ["status"] = "Valid" }),
            ["isManagedVirtualMachine"] = true,
            ["originalStorageAccountOption"] = false,
            ["recoveryPointDiskConfiguration"] = disks,
        };
        if (point.Row.ExpiresUtc is { } expires)
            properties["recoveryPointProperties"] = new JsonObject { ["expiryTime"] = WireTime.Of(expires), ["isSoftDeleted"] = false };
        return new JsonObject
        {
            ["id"] = id,
            ["name"] = point.Name,
            ["type"] = "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/recoveryPoints",
            ["properties"] = properties,
        };
    }

    private static string TypeOf(Consistency consistency) => consistency switch
    {
        Consistency.Application => "AppConsistent",
        Consistency.FileSystem => "FileSystemConsistent",
        _ => "CrashConsistent",
    };
}
