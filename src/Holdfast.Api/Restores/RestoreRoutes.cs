using Holdfast.Api.Operations;
using Holdfast.Api.Replies;
using Holdfast.Api.Requests;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Points;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;

namespace Holdfast.Api.Restores;

/// <summary>Restores, and their validation without doing anything.</summary>
internal static class RestoreRoutes
{
    private const string Vaults = "Microsoft.RecoveryServices/vaults/";

    public static void Map(ArmRoutes routes)
    {
        routes.Add(
            "POST", ArmRoutes.Point, "/restore", Vaults + "backupFabrics/protectionContainers/protectedItems/recoveryPoints/restore/action",
            (call, body) => RestoreBody.Read(body.Ignore("id", "name", "type", "eTag", "location", "tags").RequiredChild("properties"), call.Caller), Needs, TriggerAsync);
        routes.Add("POST", ArmRoutes.Vault, "/backupValidateOperation", Vaults + "backupValidateOperation/action", ReadValidation, Needs, async (call, asked) =>
            ArmReply.Ok(ValidationShape.Of(await ValidateAsync(call, asked), call.Language)));
        routes.Add("POST", ArmRoutes.Vault, "/backupTriggerValidateOperation", Vaults + "backupTriggerValidateOperation/action", ReadValidation, Needs, async (call, asked) =>
        {
            var findings = await ValidateAsync(call, asked);
            var operation = await call.Get<ControlPlane.Jobs.Operations>().AddAsync(await call.RequireVaultAsync(), OperationKind.Validates, findings, call.Aborted);
            return OperationReply.Accepted(
                call, $"{call.Vault.Id}/backupValidateOperationResults/{operation.OperationId}", $"{call.Vault.Id}/backupValidateOperationsStatuses/{operation.OperationId}");
        });
    }

    private static async Task<ArmReply> TriggerAsync(ArmCall call, RestoreBody body)
    {
        if (body.PointName is { } named && named != call.Value("point"))
            throw RequestFaults.IdMismatch("properties.recoveryPointId", named).ToException();
        var vault = await call.RequireVaultAsync();
        var item = await call.RequireItemAsync(vault);
        var operation = await call.Get<RestoreRequests>().TriggerAsync(vault, item, await PointAsync(call, vault, item, call.Value("point")), body.Spec, call.Aborted);
        if (body.Spec.Decrypt)
        {
            // Beside the entry of each request: this one is to be found by what it asks for.
            await call.Get<AuditLog>().RecordAsync(
                call.Caller, call.Principal.DisplayName, call.Http.Connection.RemoteIpAddress?.ToString() ?? "local", "restore --decrypt", call.Resource.ToString(),
                AuditOutcome.Succeeded, $"point {call.Value("point")}", CancellationToken.None);
        }

        return OperationReply.Accepted(call, call.Resource.Parent!.ToString(), operation);
    }

    // What a restore touches besides the vault: all of it stands in the body, since the source is always named there.
    private static IEnumerable<AccessNeed> Needs(ArmCall call, RestoreBody body)
    {
        var spec = body.Spec;
        yield return new(spec.Kind == RestoreKind.OriginalLocation ? "Microsoft.Compute/virtualMachines/write" : "Microsoft.Compute/virtualMachines/read", spec.SourceResourceId!);
        if (spec.TargetVirtualMachineId is { } vm)
            yield return new("Microsoft.Compute/virtualMachines/write", vm);
        if (spec.TargetResourceGroupId is { } group)
            yield return new("Microsoft.Resources/subscriptions/resourceGroups/write", group);
        if (spec.StorageAccountId is { } account)
            yield return new("Microsoft.Storage/storageAccounts/write", account);
        if (spec.VirtualNetworkId is { } network)
            yield return new("Microsoft.Network/virtualNetworks/read", network);
        if (spec.SubnetId is { } subnet)
            yield return new("Microsoft.Network/virtualNetworks/subnets/join/action", subnet);
    }

    // The source names the item, which needn't be in the address.
    private static RestoreBody ReadValidation(ArmCall call, BodyObject body)
    {
        var properties = body.Ignore("id").Child("properties") ?? body;
        properties.Word("objectType", "ValidateIaasVMRestoreOperationRequest", "ValidateRestoreOperationRequest");
        return RestoreBody.Read(properties.RequiredChild("restoreRequest"), call.Caller);
    }

    private static async Task<IReadOnlyList<Fault>> ValidateAsync(ArmCall call, RestoreBody body)
    {
        var vault = await call.RequireVaultAsync();
        var (group, vm) = (body.Spec.SourceResourceId!.ResourceGroup!, body.Spec.SourceResourceId.Name);
        var item = await call.Get<ProtectedItems>().GetAsync(vault, ArmNames.Container(group, vm), ArmNames.Item(group, vm), call.Aborted);
        return await call.Get<RestoreRequests>().ValidateAsync(vault, item, await PointAsync(call, vault, item, body.PointName ?? ""), body.Spec, call.Aborted);
    }

    private static async Task<RecoveryPointResource> PointAsync(ArmCall call, VaultRow vault, ProtectedItemRow item, string name) =>
        await call.Get<RecoveryPoints>().FindAsync(vault, item, name, call.Aborted) ?? throw VaultFaults.PointNotFound(item.VmName, name).ToException();
}
