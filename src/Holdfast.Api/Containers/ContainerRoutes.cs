using System.Text.Json.Nodes;
using Holdfast.Api.Items;
using Holdfast.Api.Operations;
using Holdfast.Api.Replies;
using Holdfast.Api.Requests;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Health;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;

namespace Holdfast.Api.Containers;

/// <summary>VMs that can be protected, and containers: each protected VM has one.</summary>
internal static class ContainerRoutes
{
    private const string Vaults = "Microsoft.RecoveryServices/vaults/";
    private const string ReadContainer = Vaults + "backupFabrics/protectionContainers/read";

    public static void Map(ArmRoutes routes)
    {
        routes.Add("POST", ArmRoutes.Fabric, "/refreshContainers", Vaults + "backupFabrics/refreshContainers/action", RefreshAsync);
        routes.Get(ArmRoutes.Vault, "/backupProtectableItems", Vaults + "backupProtectableItems/read", ListProtectableAsync);
        routes.Get(ArmRoutes.Vault, "/backupProtectionContainers", Vaults + "backupProtectionContainers/read", call => ListAsync(call, isDeleted: false));
        routes.Get(ArmRoutes.Vault, "/backupDeletedProtectionContainers", Vaults + "backupProtectionContainers/read", call => ListAsync(call, isDeleted: true));
        routes.Get(ArmRoutes.Container, "", ReadContainer, async call =>
        {
            var vault = await call.RequireVaultAsync();
            var name = call.Value("container");
            var items = await call.Get<ProtectedItems>().AllAsync(vault, call.Aborted);
            return items.FirstOrDefault(i => i.ContainerName.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } item
                ? ArmReply.Ok(Shape(call, item)) : throw ServiceFaults.ResourceNotFound(call.Resource.ToString()).ToException();
        });
    }

    // Hosts are looked at whenever VMs are listed: there is nothing to wait for. What is protected is examined anew.
    private static async Task<ArmReply> RefreshAsync(ArmCall call)
    {
        var vault = await call.RequireVaultAsync();
        await call.Get<PreChecks>().HurryAsync(vault, null, call.Aborted);
        var operation = await call.Get<ControlPlane.Jobs.Operations>().AddAsync(vault, OperationKind.Immediate, [], call.Aborted);
        return OperationReply.Accepted(call, $"{vault.Ref.Id}/backupFabrics/{call.Value("fabric")}", operation);
    }

    private static async Task<ArmReply> ListProtectableAsync(ArmCall call)
    {
        var filter = ListFilter.Of(call.Http.Request, Kinds.ManagementType, "workloadType", "friendlyName");
        var vault = await call.RequireVaultAsync();
        var all = Kinds.Admits(filter, "workloadType") ? await call.Get<Inventory>().ListProtectableAsync(vault, call.Aborted) : [];
        return Page.Of(call, all.Where(v => filter.Admits("friendlyName", v.Name)), v =>
        {
            var name = ArmNames.Native(v.ResourceGroup, v.Name);
            return new JsonObject
            {
                ["id"] = $"{vault.Ref.Id}/backupFabrics/{Kinds.Fabric}/protectionContainers/{ArmNames.Container(v.ResourceGroup, v.Name)}/protectableItems/vm;{name}",
                ["name"] = name,
                ["type"] = Vaults + "backupFabrics/protectionContainers/protectableItems",
                ["properties"] = new JsonObject
                {
                    ["virtualMachineId"] = v.Id.ToString(),
                    ["virtualMachineVersion"] = "Compute",
                    ["resourceGroup"] = v.ResourceGroup,
                    ["backupManagementType"] = Kinds.IaasVm,
                    ["workloadType"] = "VM",
                    ["protectableItemType"] = Kinds.VirtualMachines,
                    ["friendlyName"] = v.Name,
                    ["protectionState"] = "NotProtected",
                },
            };
        });
    }

    private static async Task<ArmReply> ListAsync(ArmCall call, bool isDeleted)
    {
        var filter = ListFilter.Of(call.Http.Request, Kinds.ManagementType, "containerType", "friendlyName", "status", "backupEngineName", "fabricName");
        var vault = await call.RequireVaultAsync();
        var isAsked = Kinds.Admits(filter, "containerType") && filter.Admits("status", isDeleted ? "SoftDeleted" : "Registered")
            && filter.Admits("fabricName", Kinds.Fabric) && filter["backupEngineName"] is null;
        var items = isAsked ? await call.Get<ProtectedItems>().AllAsync(vault, call.Aborted) : [];

        // A soft-deleted item's container stays registered, so that az finds it to undelete the item.
        return Page.Of(call, items.Where(i => (!isDeleted || i.IsSoftDeleted) && filter.Admits("friendlyName", i.VmName)), i => Shape(call, i));
    }

    private static JsonObject Shape(ArmCall call, ProtectedItemRow item) => new()
    {
        ["id"] = $"{call.Vault.Id}/backupFabrics/{Kinds.Fabric}/protectionContainers/{item.ContainerName}",
        ["name"] = item.ContainerName,
        ["type"] = Vaults + "backupFabrics/protectionContainers",
        ["properties"] = new JsonObject
        {
            ["virtualMachineId"] = item.SourceResourceId.ToString(),
            ["virtualMachineVersion"] = "Compute",
            ["resourceGroup"] = item.VmResourceGroup,
            ["friendlyName"] = item.VmName,
            ["backupManagementType"] = Kinds.IaasVm,
            ["registrationStatus"] = "Registered",
            ["healthStatus"] = "Healthy",
            ["containerType"] = Kinds.VirtualMachines,
            ["protectableObjectType"] = Kinds.VirtualMachines,
        },
    };
}
