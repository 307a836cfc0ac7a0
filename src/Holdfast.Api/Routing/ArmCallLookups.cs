using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Points;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;

namespace Holdfast.Api.Routing;

/// <summary>Looks up what an address names, or says that it isn't there.</summary>
internal static class ArmCallLookups
{
    /// <summary>The vault of the address. From then on its language is that of answers to callers who ask for none.</summary>
    public static async Task<VaultRow> RequireVaultAsync(this ArmCall call)
    {
        var vault = await call.Get<RecoveryServicesVaults>().GetAsync(call.Vault, call.Aborted);
        call.Http.Features.Set(vault);
        return vault;
    }

    /// <summary>The protected item of the address.</summary>
    public static Task<ProtectedItemRow> RequireItemAsync(this ArmCall call, VaultRow vault) =>
        call.Get<ProtectedItems>().GetAsync(vault, call.Value("container"), call.Value("item"), call.Aborted);

    /// <summary>The recovery point of the address.</summary>
    public static async Task<RecoveryPointResource> RequirePointAsync(this ArmCall call)
    {
        var vault = await call.RequireVaultAsync();
        var item = await call.RequireItemAsync(vault);
        return await call.Get<RecoveryPoints>().FindAsync(vault, item, call.Value("point"), call.Aborted)
            ?? throw VaultFaults.PointNotFound(item.VmName, call.Value("point")).ToException();
    }

    /// <summary>All of a vault's items.</summary>
    public static Task<IReadOnlyList<ProtectedItemRow>> AllAsync(this ProtectedItems items, VaultRow vault, CancellationToken ct) =>
        items.ListAsync(vault, new ItemFilter { Take = int.MaxValue }, ct);
}
