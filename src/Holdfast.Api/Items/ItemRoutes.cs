using Holdfast.Api.Native;
using Holdfast.Api.Operations;
using Holdfast.Api.Replies;
using Holdfast.Api.Requests;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Vaults;

namespace Holdfast.Api.Items;

/// <summary>Protected items.</summary>
internal static class ItemRoutes
{
    private const string ReadVm = "Microsoft.Compute/virtualMachines/read";
    private const string Items = "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/";

    public static void Map(ArmRoutes routes)
    {
        routes.Get(ArmRoutes.Vault, "/backupProtectedItems", "Microsoft.RecoveryServices/vaults/backupProtectedItems/read", ListAsync);
        routes.Get(ArmRoutes.Item, "", Items + "read", GetAsync);
        routes.Add("PUT", ArmRoutes.Item, "", Items + "write", (call, body) => ItemBody.Read(call, body), Needs, PutAsync);
        routes.Add("DELETE", ArmRoutes.Item, "", AccessActions.DeleteProtectedItem, async call =>
        {
            var vault = await call.RequireVaultAsync();
            var operation = await call.Get<ProtectedItems>().DeleteAsync(vault, call.Value("container"), call.Value("item"), call.Caller, call.Aborted);
            return OperationReply.AcceptedByVault(call, operation);
        });
        routes.Add("POST", ArmRoutes.Item, "/backup", Items + "backup/action", (_, body) => ReadBackup(body), (_, _) => [], async (call, until) =>
        {
            var vault = await call.RequireVaultAsync();
            var item = await call.RequireItemAsync(vault);
            return OperationReply.Accepted(call, call.Resource.ToString(), await call.Get<BackupRequests>().TriggerAsync(item, until, call.Caller, call.Aborted));
        });

        // Not of Azure's: here a VM can come back under its old name with another UUID.
        routes.Add("POST", ArmRoutes.Item, "/rebind", AccessActions.RebindProtectedItem, (_, body) => ReadRebind(body), (_, _) => [], async (call, uuid) =>
        {
            var vault = await call.RequireVaultAsync();
            var item = await call.RequireItemAsync(vault);

            // The body names the VM by its UUID, and only one of the item's own name and group is taken: it has this address.
            call.Require(new(ReadVm, item.SourceResourceId));
            return ArmReply.Ok(await ShapeAsync(call, vault, await call.Get<Rebinding>().ConfirmAsync(vault, item, uuid, call.Aborted), isExtended: false));
        });

        // Whether examinations may run programs in the VM's guest: there is no such thing in Azure, whose extension always does.
        routes.Add("POST", ArmRoutes.Item, "/guestPrograms", Items + "write", (_, body) => ReadGuestPrograms(body), (_, _) => [], async (call, allowed) =>
        {
            var vault = await call.RequireVaultAsync();
            return ArmReply.Ok(await ShapeAsync(
                call, vault, await call.Get<GuestPrograms>().AllowAsync(vault, await call.RequireItemAsync(vault), allowed, call.Aborted), isExtended: false));
        });
    }

    /// <summary>An item as it is answered; with extended information if asked for.</summary>
    public static async Task<System.Text.Json.Nodes.JsonObject> ShapeAsync(ArmCall call, VaultRow vault, ProtectedItemRow item, bool isExtended)
    {
        var shape = await MakeShapeAsync(call, vault);
        return isExtended
            ? shape.Extended(item, await call.Get<ControlPlane.Points.RecoveryPoints>().ListAsync(vault, item, null, null, call.Aborted)) : shape.Of(item);
    }

    private static async Task<ArmReply> ListAsync(ArmCall call)
    {
        var filter = ListFilter.Of(
            call.Http.Request, Kinds.ManagementType, "itemType", "policyName", "friendlyName", "containerName", "healthState", "backupEngineName", "backupSetName", "fabricName", "expand");
        var vault = await call.RequireVaultAsync();
        var page = Page.Of(call.Http.Request);
        var isAsked = Kinds.Admits(filter, "itemType") && filter.Admits("fabricName", Kinds.Fabric) && filter["backupEngineName"] is null && filter["backupSetName"] is null;
        var items = !isAsked ? [] : await call.Get<ProtectedItems>().ListAsync(
            vault,
            new ItemFilter { PolicyName = filter["policyName"], FriendlyName = filter["friendlyName"], Skip = page.Skip, Take = page.Take + 1 },
            call.Aborted);
        var shape = await MakeShapeAsync(call, vault);
        return page.Reply(
            call, [.. items.Where(i => filter.Admits("containerName", i.ContainerName) && filter.Admits("healthState", shape.HealthOf(i)))],
            i => NativeView.Add(call, shape.Of(i), NativeJson.Default.NativeItem, () => NativeItem.Of(i)));
    }

    private static async Task<ItemShape> MakeShapeAsync(ArmCall call, VaultRow vault)
    {
        var policies = await call.Get<BackupPolicies>().ListAsync(vault, call.Aborted);
        return new(vault, policies.ToDictionary(p => p.Id, p => p.Name), call.Language, call.Get<TimeProvider>().GetUtcNow(),
            call.Get<ControlPlaneOptions>().PreCheckStaleAfter);
    }

    private static async Task<ArmReply> GetAsync(ArmCall call)
    {
        var filter = ListFilter.Of(call.Http.Request, "expand");
        var vault = await call.RequireVaultAsync();
        return ArmReply.Ok(await ShapeAsync(call, vault, await call.RequireItemAsync(vault), filter.Admits("expand", "extendedInfo") && filter["expand"] is not null));
    }

    // Stopping protection and changing a policy can cost data, and so need more than the right to protect a VM.
    private static IEnumerable<AccessNeed> Needs(ArmCall call, ProtectedItemSpec spec)
    {
        if (spec.SourceResourceId is { } vm)
            yield return new(ReadVm, vm);
        if (spec.PolicyId is { } policy)
            yield return new(Policies.PolicyRoutes.Read, policy);
        if (spec.State is not null && !spec.IsRehydrate)
            yield return new(AccessActions.StopProtection, call.Resource);
    }

    private static async Task<ArmReply> PutAsync(ArmCall call, ProtectedItemSpec spec)
    {
        var vault = await call.RequireVaultAsync();
        var (container, item) = (call.Value("container"), call.Value("item"));
        var items = call.Get<ProtectedItems>();

        // What the caller needs depends on the item that is there, and on nothing else that is read: only one that has a policy already gets another
        // one, and protecting a VM again needs the same right on it whether the body names it or not.
        var known = await items.FindAsync(vault, container, item, call.Aborted);
        if (known is { PolicyId: { } present } && spec.PolicyId is { } policy
            && await call.Get<BackupPolicies>().FindAsync(vault, policy.Name, call.Aborted) is var asked && asked?.Id != present)
            call.Require(new(AccessActions.ChangePolicy, call.Resource));
        if (known is not null && (spec.State is null || spec.IsRehydrate))
            call.Require(new(ReadVm, known.SourceResourceId));
        return OperationReply.Accepted(call, call.Resource.ToString(), await items.PutAsync(vault, container, item, spec, call.Aborted));
    }

    private static DateTimeOffset? ReadBackup(BodyObject body)
    {
        var properties = body.Ignore("id", "name", "type", "eTag", "location", "tags").RequiredChild("properties");
        properties.Word("objectType", "IaasVMBackupRequest");
        return properties.Instant("recoveryPointExpiryTimeInUTC");
    }

    private static bool ReadGuestPrograms(BodyObject body)
    {
        var properties = body.RequiredChild("properties");
        return properties.Flag("allowed") ?? throw properties.Refuse("allowed", "boolean");
    }

    private static Guid ReadRebind(BodyObject body)
    {
        var properties = body.RequiredChild("properties");
        return Guid.TryParse(properties.RequiredText("vmId"), out var uuid) ? uuid : throw properties.Refuse("vmId", "UUID");
    }
}
