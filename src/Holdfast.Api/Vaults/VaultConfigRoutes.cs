using System.Text.Json.Nodes;
using Holdfast.Api.Replies;
using Holdfast.Api.Requests;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;

namespace Holdfast.Api.Vaults;

/// <summary>A vault's configuration by its older addresses: soft delete, storage, encryption; and its resource guards, of which there are none.</summary>
internal static class VaultConfigRoutes
{
    private const string Vaults = "Microsoft.RecoveryServices/vaults/";
    private const string Soft = "/backupconfig/vaultconfig";
    private const string Storage = "/backupstorageconfig/vaultstorageconfig";
    private const string Encryption = "/backupEncryptionConfigs/backupResourceEncryptionConfig";
    private const string Guards = "/backupResourceGuardProxies";

    public static void Map(ArmRoutes routes)
    {
        routes.Get(ArmRoutes.Vault, Soft, Vaults + "backupconfig/read", async call => ArmReply.Ok(SoftShape(await call.RequireVaultAsync())));
        foreach (var method in (string[])["PUT", "PATCH"])
        {
            routes.Add(method, ArmRoutes.Vault, Soft, Vaults + "backupconfig/write", (_, body) => SoftBody(body), (_, _) => [], async (call, settings) =>
                ArmReply.Ok(SoftShape(await call.Get<RecoveryServicesVaults>().UpdateAsync(call.Vault, settings, call.Aborted))));
        }

        routes.Get(ArmRoutes.Vault, Storage, Vaults + "backupstorageconfig/read", async call => ArmReply.Ok(await StorageShapeAsync(call, await call.RequireVaultAsync())));
        routes.Add("PUT", ArmRoutes.Vault, Storage, Vaults + "backupstorageconfig/write", (_, body) => StorageBody(body), (_, _) => [], async (call, settings) =>
            ArmReply.Ok(await StorageShapeAsync(call, await call.Get<RecoveryServicesVaults>().UpdateAsync(call.Vault, settings, call.Aborted))));
        routes.Add("PATCH", ArmRoutes.Vault, Storage, Vaults + "backupstorageconfig/write", (_, body) => StorageBody(body), (_, _) => [], async (call, settings) =>
        {
            await call.Get<RecoveryServicesVaults>().UpdateAsync(call.Vault, settings, call.Aborted);
            return ArmReply.NoContent;
        });

        routes.Get(ArmRoutes.Vault, Encryption, Vaults + "backupEncryptionConfigs/read", async call => ArmReply.Ok(EncryptionShape(await call.RequireVaultAsync())));
        routes.Add("PUT", ArmRoutes.Vault, Encryption, Vaults + "backupEncryptionConfigs/write", (_, body) => EncryptionBody(body), (_, _) => [], async (call, _) =>
            ArmReply.Ok(EncryptionShape(await call.RequireVaultAsync())));

        routes.Get(ArmRoutes.Vault, Guards, Vaults + "backupResourceGuardProxies/read", async call =>
        {
            await call.RequireVaultAsync();
            return Page.Of<JsonNode>(call, [], n => n);
        });
        routes.Get(ArmRoutes.Vault + Guards + "/{guard}", "", Vaults + "backupResourceGuardProxies/read", async call =>
        {
            await call.RequireVaultAsync();
            throw ServiceFaults.ResourceNotFound(call.Resource.ToString()).ToException();
        });
        routes.Add("PUT", ArmRoutes.Vault + Guards + "/{guard}", "", Vaults + "backupResourceGuardProxies/write", call =>
            throw RequestFaults.FeatureNotSupported("Resource Guard").ToException());
    }

    private static VaultSettings SoftBody(BodyObject body)
    {
        var properties = Properties(body);
        properties.Ignore("isSoftDeleteFeatureStateEditable", "storageModelType", "storageType", "storageTypeState", "resourceGuardOperationRequests");

        // Enhanced security is always on here: a caller can't take it off, and asking for it changes nothing.
        if (properties.Word("enhancedSecurityState", "Enabled", "Disabled", "AlwaysON", "Invalid") == "Disabled")
            throw RequestFaults.FeatureNotSupported(properties.PathOf("enhancedSecurityState") + " = Disabled").ToException();
        return new()
        {
            SoftDelete = properties.Word("softDeleteFeatureState", "Enabled", "Disabled", "AlwaysON", "Invalid") is { } state and not "Invalid"
                ? Enum.Parse<SoftDeleteState>(state) : null,
            SoftDeleteDays = properties.Number("softDeleteRetentionPeriodInDays", 0, VaultSettings.SoftDeleteDaysMax) is { } days and not 0 ? days : null,
        };
    }

    private static VaultSettings StorageBody(BodyObject body)
    {
        var properties = Properties(body);
        properties.Ignore("storageType", "storageTypeState", "dedupState", "xcoolState");
        return new()
        {
            StorageRedundancy = properties.Word("storageModelType", "LocallyRedundant", "ZoneRedundant", "GeoRedundant"),
            CrossRegionRestore = properties.Flag("crossRegionRestoreFlag"),
        };
    }

    private static bool EncryptionBody(BodyObject body)
    {
        var properties = Properties(body);
        properties.Ignore("keyUri", "subscriptionId", "lastUpdateStatus", "userAssignedIdentity", "useSystemAssignedIdentity");
        return properties.Word("encryptionAtRestType", "MicrosoftManaged", "CustomerManaged", "Invalid") == "CustomerManaged"
            || properties.Word("infrastructureEncryptionState", "Disabled", "Enabled", "Invalid") == "Enabled"
            ? throw RequestFaults.FeatureNotSupported(body.PathOf("properties")).ToException() : true;
    }

    private static BodyObject Properties(BodyObject body) =>
        body.Ignore("id", "name", "type", "eTag", "etag", "location", "tags").RequiredChild("properties");

    private static JsonObject SoftShape(VaultRow vault) => Shape(vault, "backupconfig", "vaultconfig", new()
    {
        ["enhancedSecurityState"] = "Enabled",
        ["softDeleteFeatureState"] = vault.SoftDelete.ToString(),
        ["softDeleteRetentionPeriodInDays"] = vault.SoftDeleteDays,
        ["isSoftDeleteFeatureStateEditable"] = vault.SoftDelete != SoftDeleteState.AlwaysON,
    });

    private static async Task<JsonObject> StorageShapeAsync(ArmCall call, VaultRow vault)
    {
        var isUsed = (await call.Get<ProtectedItems>().ListAsync(vault, new ItemFilter { Take = 1 }, call.Aborted)).Count > 0;
        return Shape(vault, "backupstorageconfig", "vaultstorageconfig", new()
        {
            ["storageModelType"] = vault.StorageRedundancy,
            ["storageType"] = vault.StorageRedundancy,
            ["storageTypeState"] = isUsed ? "Locked" : "Unlocked",
            ["crossRegionRestoreFlag"] = vault.CrossRegionRestore,
            ["dedupState"] = "Enabled",
            ["xcoolState"] = "Disabled",
        });
    }

    private static JsonObject EncryptionShape(VaultRow vault) => Shape(vault, "backupEncryptionConfigs", "backupResourceEncryptionConfig", new()
    {
        ["encryptionAtRestType"] = "MicrosoftManaged", ["infrastructureEncryptionState"] = "Disabled", ["lastUpdateStatus"] = "NotEnabled",
    });

    private static JsonObject Shape(VaultRow vault, string type, string name, JsonObject properties) => new()
    {
        ["id"] = $"{vault.Ref.Id}/{type}/{name}", ["name"] = name, ["type"] = "Microsoft.RecoveryServices/vaults/" + type, ["properties"] = properties,
    };
}
