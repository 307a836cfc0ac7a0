using System.Text.Json.Nodes;
using Holdfast.Api.Items;
using Holdfast.Api.Replies;
using Holdfast.Api.Requests;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Items;
using Holdfast.Faults;

namespace Holdfast.Api.Vaults;

/// <summary>How much a vault holds, and the PIN that isn't asked for here.</summary>
internal static class UsageRoutes
{
    private const string Vaults = "Microsoft.RecoveryServices/vaults/";

    public static void Map(ArmRoutes routes)
    {
        routes.Get(ArmRoutes.Vault, "/backupUsageSummaries", Vaults + "backupUsageSummaries/read", async call =>
        {
            var filter = ListFilter.Of(call.Http.Request, "type", Kinds.ManagementType);
            var items = await call.Get<ProtectedItems>().AllAsync(await call.RequireVaultAsync(), call.Aborted);
            var isAsked = filter.Admits(Kinds.ManagementType, Kinds.IaasVm)
                && (filter.Admits("type", "BackupProtectedItemCountSummary") || filter.Admits("type", "BackupProtectionContainerCountSummary"));
            return Page.Of(call, isAsked ? [items.Count] : (int[])[], count => new JsonObject
            {
                ["unit"] = "Count",
                ["currentValue"] = count,
                ["limit"] = -1,
                ["name"] = new JsonObject { ["value"] = Kinds.IaasVm, ["localizedValue"] = "Azure Virtual Machine" },
            });
        });
        routes.Add("POST", ArmRoutes.Vault, "/backupSecurityPIN", Vaults + "backupSecurityPIN/action", call =>
            throw RequestFaults.FeatureNotSupported("Security PIN").ToException());
    }
}
