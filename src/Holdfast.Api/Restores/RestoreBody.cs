using System.Text.Json;
using Holdfast.Api.Items;
using Holdfast.Api.Requests;
using Holdfast.ControlPlane.Items;
using Holdfast.Faults;

namespace Holdfast.Api.Restores;

/// <summary>What a restore request says.</summary>
/// <param name="Spec">What is asked.</param>
/// <param name="PointName">The point that the body names, or null.</param>
internal sealed record RestoreBody(RestoreSpec Spec, string? PointName)
{
    private const int LunMax = 1023;

    /// <summary>Reads an <c>IaasVMRestoreRequest</c>. What would have to be done differently than it is done here is refused, not passed over.</summary>
    public static RestoreBody Read(BodyObject properties, string caller)
    {
        properties.Word("objectType", "IaasVMRestoreRequest");
        foreach (var name in (string[])
            ["encryptionDetails", "diskEncryptionSetId", "identityInfo", "identityBasedRestoreDetails", "securedVMDetails", "extendedLocation", "targetDomainNameId", "affinityGroup", "zones", "targetDiskNetworkAccessSettings"])
        {
            if (Says(properties.Raw(name)))
                throw RequestFaults.FeatureNotSupported(properties.PathOf(name)).ToException();
        }

        properties.Ignore("region", "createNewCloudService", "originalStorageAccountOption", "restoreWithManagedDisks", "resourceGuardOperationRequests");
        var kind = Enum.Parse<RestoreKind>(properties.Word("recoveryType", Enum.GetNames<RestoreKind>()) ?? throw RequestFaults.FieldMissing(properties.PathOf("recoveryType")).ToException());
        var spec = new RestoreSpec(kind)
        {
            SourceResourceId = properties.RequiredId("sourceResourceId", Kinds.VirtualMachines),
            TargetVirtualMachineId = properties.Id("targetVirtualMachineId", Kinds.VirtualMachines),
            TargetResourceGroupId = properties.Id("targetResourceGroupId", "resourceGroups"),
            StorageAccountId = properties.Id("storageAccountId", "Microsoft.Storage/storageAccounts"),
            VirtualNetworkId = properties.Id("virtualNetworkId", "Microsoft.Network/virtualNetworks"),
            SubnetId = properties.Id("subnetId", "Microsoft.Network/virtualNetworks/subnets"),
            Luns = properties.Numbers("restoreDiskLunList", 0, LunMax, LunMax),
            Decrypt = properties.Flag("holdfastDecrypt") ?? false,
            RequestedBy = caller,
        };
        return new(spec, properties.Text("recoveryPointId"));
    }

    private static bool Says(JsonElement? value) => value switch
    {
        null => false,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 },
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() > 0,
        { ValueKind: JsonValueKind.Object } child => child.EnumerateObject().Any(p => Says(p.Value)),
        _ => true,
    };
}
