using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.ControlPlane.Vaults;

namespace Holdfast.Api.Vaults;

/// <summary>A vault as Azure's API writes it. Clients of newer versions fail where redundancy or security settings are missing.</summary>
internal static class VaultShape
{
    public static JsonObject Of(VaultRow vault) => new()
    {
        ["id"] = vault.Ref.Id.ToString(),
        ["name"] = vault.Name,
        ["type"] = "Microsoft.RecoveryServices/vaults",
        ["location"] = vault.Location,
        ["etag"] = string.Create(CultureInfo.InvariantCulture, $"W/\"{vault.Version}\""),
        ["tags"] = new JsonObject(vault.Tags.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value))),
        ["sku"] = new JsonObject { ["name"] = "Standard" },
        ["properties"] = new JsonObject
        {
            ["provisioningState"] = "Succeeded",
            ["privateEndpointStateForBackup"] = "None",
            ["privateEndpointStateForSiteRecovery"] = "None",
            ["publicNetworkAccess"] = vault.PublicNetworkAccess,
            ["monitoringSettings"] = new JsonObject
            {
                ["azureMonitorAlertSettings"] = new JsonObject { ["alertsForAllJobFailures"] = Word(vault.Alerts.AlertsForAllJobFailures) },
                ["classicAlertSettings"] = new JsonObject { ["alertsForCriticalOperations"] = Word(vault.Alerts.AlertsForCriticalOperations) },
            },
            ["redundancySettings"] = new JsonObject
            {
                ["standardTierStorageRedundancy"] = vault.StorageRedundancy, ["crossRegionRestore"] = Word(vault.CrossRegionRestore),
            },
            ["securitySettings"] = new JsonObject
            {
                ["immutabilitySettings"] = new JsonObject { ["state"] = vault.Immutability },
                ["softDeleteSettings"] = new JsonObject
                {
                    ["softDeleteState"] = vault.SoftDelete.ToString(), ["softDeleteRetentionPeriodInDays"] = vault.SoftDeleteDays,
                },
                ["multiUserAuthorization"] = "Disabled",
            },
        },
    };

    private static string Word(bool enabled) => enabled ? "Enabled" : "Disabled";
}
