using Holdfast.Api.Native;
using Holdfast.Api.Replies;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Vaults;

namespace Holdfast.Api.Vaults;

/// <summary>Recovery Services vaults.</summary>
internal static class VaultRoutes
{
    public const string Read = "Microsoft.RecoveryServices/vaults/read";
    private const string Write = "Microsoft.RecoveryServices/vaults/write";
    private const string List = "/providers/Microsoft.RecoveryServices/vaults";

    public static void Map(ArmRoutes routes)
    {
        routes.List(ArmRoutes.Subscription, List, Read, ListAsync);
        routes.List(ArmRoutes.Group, List, Read, ListAsync);
        routes.Get(ArmRoutes.Vault, "", Read, async call => ArmReply.Ok(VaultShape.Of(await call.RequireVaultAsync())));
        routes.Add("PUT", ArmRoutes.Vault, "", Write, (_, body) => VaultBody.Full(body), (_, _) => [], PutAsync);
        routes.Add("PATCH", ArmRoutes.Vault, "", Write, (_, body) => VaultBody.Patch(body), (_, _) => [], async (call, settings) =>
            ArmReply.Ok(VaultShape.Of(await call.Get<RecoveryServicesVaults>().UpdateAsync(call.Vault, settings, call.Aborted))));
        routes.Add("DELETE", ArmRoutes.Vault, "", "Microsoft.RecoveryServices/vaults/delete", DeleteAsync);
    }

    private static async Task<ArmReply> ListAsync(ArmCall call)
    {
        var all = await call.Get<RecoveryServicesVaults>().ListAsync(call.Value("subscription"), call.ValueOrNull("group"), call.Aborted);
        return Page.Of(call, all.Where(v => call.May(Read, v.Ref.Id)), v =>
            NativeView.Add(call, VaultShape.Of(v), NativeJson.Default.NativeVault, () => new NativeVault(v.VaultId)));
    }

    private static async Task<ArmReply> PutAsync(ArmCall call, VaultSpec spec)
    {
        var (vault, created) = await call.Get<RecoveryServicesVaults>().CreateOrUpdateAsync(call.Vault, spec, call.Aborted);
        return created ? ArmReply.Created(VaultShape.Of(vault)) : ArmReply.Ok(VaultShape.Of(vault));
    }

    // Clients of older versions take only 200 for success, those of newer ones only 202 or 204.
    private static async Task<ArmReply> DeleteAsync(ArmCall call)
    {
        await call.Get<RecoveryServicesVaults>().DeleteAsync(call.Vault, call.Aborted);
        return call.IsVersion("2024-04-01") ? ArmReply.NoContent : ArmReply.Empty;
    }
}
