using System.Text.Json.Nodes;
using Holdfast.Api.Items;
using Holdfast.Api.Replies;
using Holdfast.Api.Requests;
using Holdfast.Api.Routing;
using Holdfast.Api.Vaults;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;

namespace Holdfast.Api.Locations;

/// <summary>Questions about a VM before it is protected. They are asked of a location, but what counts is the right on what the body names.</summary>
internal static class LocationRoutes
{
    private const string Locations = "Microsoft.RecoveryServices/locations/";
    private const string At = "/providers/Microsoft.RecoveryServices/locations/{location}";

    public static void Map(ArmRoutes routes)
    {
        routes.Add(
            "POST", ArmRoutes.Subscription, At + "/backupStatus", Locations + "backupStatus/action",
            (_, body) => ReadVm(body, "poLogicalName"), (_, vm) => [new("Microsoft.Compute/virtualMachines/read", vm)], StatusAsync, anyScopeWithin: true);
        routes.Add(
            "POST", ArmRoutes.Subscription, At + "/backupPreValidateProtection", Locations + "backupPreValidateProtection/action",
            (_, body) => (Vm: ReadVm(body, "properties"), Vault: body.RequiredId("vaultId", "Microsoft.RecoveryServices/vaults")),
            (_, asked) => [new("Microsoft.Compute/virtualMachines/read", asked.Vm), new(VaultRoutes.Read, asked.Vault)], PreValidateAsync, anyScopeWithin: true);
        routes.Add(
            "POST", ArmRoutes.Subscription, At + "/backupValidateFeatures", Locations + "backupValidateFeatures/action",
            (_, body) => body.Ignore("vmSize", "vmSku", "fileShareName", "storageAccountName").RequiredText("featureType"), (_, _) => [],
            (_, feature) => Task.FromResult(ArmReply.Ok(new JsonObject { ["supportStatus"] = feature == "AzureVMResourceBackup" ? "Supported" : "NotSupported" })), anyScopeWithin: true);
    }

    private static ArmId ReadVm(BodyObject body, string ignored)
    {
        body.Ignore(ignored).Word("resourceType", "VM", Kinds.VirtualMachines);
        return body.RequiredId("resourceId", Kinds.VirtualMachines);
    }

    private static async Task<ArmReply> StatusAsync(ArmCall call, ArmId vm)
    {
        // A vault that the caller may not see isn't told: only that the VM is protected.
        if (await call.Get<ProtectedItems>().StatusOfVmAsync(vm, call.Aborted) is not var (item, vault))
            return ArmReply.Ok(new JsonObject { ["protectionStatus"] = "NotProtected", ["fabricName"] = Kinds.Fabric, ["errorCode"] = "Success", ["errorMessage"] = "" });
        var answer = new JsonObject { ["protectionStatus"] = "Protected", ["fabricName"] = Kinds.Fabric, ["errorCode"] = "Success", ["errorMessage"] = "" };
        if (!call.May(VaultRoutes.Read, vault.Ref.Id))
            return ArmReply.Ok(answer);
        answer["vaultId"] = vault.Ref.Id.ToString();
        answer["containerName"] = item.ContainerName;
        answer["protectedItemName"] = item.ItemName;
        answer["registrationStatus"] = "Registered";
        answer["policyName"] = item.PolicyId is { } id ? (await call.Get<BackupPolicies>().ListAsync(vault, call.Aborted)).FirstOrDefault(p => p.Id == id)?.Name : null;
        return ArmReply.Ok(answer);
    }

    private static async Task<ArmReply> PreValidateAsync(ArmCall call, (ArmId Vm, ArmId Vault) asked)
    {
        var vault = await call.Get<RecoveryServicesVaults>().GetAsync(VaultRef.Of(asked.Vault)!, call.Aborted);
        var findings = await call.Get<ProtectedItems>().ValidateProtectionAsync(vault, asked.Vm, call.Aborted);
        var answer = new JsonObject
        {
            ["status"] = findings.Count == 0 ? "Succeeded" : "Failed",
            ["containerName"] = ArmNames.Container(asked.Vm.ResourceGroup!, asked.Vm.Name),
            ["protectedItemName"] = ArmNames.Item(asked.Vm.ResourceGroup!, asked.Vm.Name),
        };
        if (findings.Count > 0)
        {
            var text = FaultCatalogue.Shared.Render(findings[0], call.Language);
            (answer["errorCode"], answer["errorMessage"], answer["recommendation"]) = (findings[0].Code.Value, text.Message, string.Join(' ', text.Actions));
        }

        return ArmReply.Ok(answer);
    }
}
