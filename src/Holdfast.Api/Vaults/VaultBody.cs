using Holdfast.Api.Requests;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;

namespace Holdfast.Api.Vaults;

/// <summary>Reads the bodies that make and change vaults.</summary>
internal static class VaultBody
{
    private static readonly string[] EnabledDisabled = ["Enabled", "Disabled"];

    /// <summary>A PUT.</summary>
    public static VaultSpec Full(BodyObject body)
    {
        var location = body.RequiredText("location");
        return new(location, Patch(body));
    }

    /// <summary>A PATCH; also what a PUT says besides the location.</summary>
    public static VaultSettings Patch(BodyObject body)
    {
        body.Ignore("id", "name", "type", "etag", "eTag", "location", "systemData");
        body.Child("sku")?.Ignore("tier", "family", "size", "capacity").Word("name", "Standard", "RS0");
        if (body.Child("identity") is { } identity && identity.Ignore("principalId", "tenantId", "userAssignedIdentities").Word("type", "None", "SystemAssigned", "UserAssigned") is not (null or "None"))
            throw RequestFaults.FeatureNotSupported(body.PathOf("identity")).ToException();
        var settings = new VaultSettings { Tags = body.Texts("tags", 50) };
        if (settings.Language is { } language && !VaultSettings.Languages.Contains(language, StringComparer.OrdinalIgnoreCase))
            throw body.Refuse("tags." + VaultSettings.LanguageTag, string.Join(" | ", VaultSettings.Languages));
        if (body.Child("properties") is not { } properties)
            return settings;
        properties.Ignore(
            "provisioningState", "upgradeDetails", "privateEndpointConnections", "privateEndpointStateForBackup", "privateEndpointStateForSiteRecovery", "moveDetails",
            "moveState", "backupStorageVersion", "secureScore", "bcdrSecurityLevel", "resourceGuardOperationRequests");
        if (properties.Child("encryption") is { } encryption)
        {
            encryption.Ignore("kekIdentity");
            if (encryption.Child("keyVaultProperties")?.Text("keyUri") is { Length: > 0 } || encryption.Word("infrastructureEncryption", EnabledDisabled) == "Enabled")
                throw RequestFaults.FeatureNotSupported(properties.PathOf("encryption")).ToException();
        }

        var security = properties.Child("securitySettings")?.Ignore("multiUserAuthorization", "sourceScanConfiguration");
        var softDelete = security?.Child("softDeleteSettings");
        softDelete?.Ignore("enhancedSecurityState");
        var redundancy = properties.Child("redundancySettings");
        properties.Child("restoreSettings")?.Child("crossSubscriptionRestoreSettings")?.Word("crossSubscriptionRestoreState", "Enabled", "Disabled", "PermanentlyDisabled");
        return settings with
        {
            PublicNetworkAccess = properties.Word("publicNetworkAccess", EnabledDisabled),
            Alerts = Alerts(properties.Child("monitoringSettings")),
            Immutability = security?.Child("immutabilitySettings")?.Word("state", "Disabled", "Unlocked", "Locked"),
            SoftDelete = softDelete?.Word("softDeleteState", "Enabled", "Disabled", "AlwaysON", "Invalid") is { } state and not "Invalid"
                ? Enum.Parse<SoftDeleteState>(state) : null,
            SoftDeleteDays = softDelete?.Number("softDeleteRetentionPeriodInDays", 0, VaultSettings.SoftDeleteDaysMax) is { } days and not 0 ? days : null,
            StorageRedundancy = redundancy?.Word("standardTierStorageRedundancy", "LocallyRedundant", "ZoneRedundant", "GeoRedundant"),
            CrossRegionRestore = redundancy?.Word("crossRegionRestore", EnabledDisabled) is { } cross ? cross == "Enabled" : null,
        };
    }

    private static VaultAlertSettings? Alerts(BodyObject? monitoring)
    {
        if (monitoring is null)
            return null;
        var monitor = monitoring.Child("azureMonitorAlertSettings");
        var classic = monitoring.Child("classicAlertSettings");

        // Replication and site recovery don't exist here: whatever is set for them has no effect.
        monitor?.Word("alertsForAllReplicationIssues", EnabledDisabled);
        monitor?.Word("alertsForAllFailoverIssues", EnabledDisabled);
        classic?.Word("emailNotificationsForSiteRecovery", EnabledDisabled);
        return new(monitor?.Word("alertsForAllJobFailures", EnabledDisabled) != "Disabled", classic?.Word("alertsForCriticalOperations", EnabledDisabled) != "Disabled");
    }
}
