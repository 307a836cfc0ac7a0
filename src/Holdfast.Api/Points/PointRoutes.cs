using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Items;
using Holdfast.Api.Native;
using Holdfast.Api.Replies;
using Holdfast.Api.Requests;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Points;
using Holdfast.Faults;
using Holdfast.Protection.Points;

namespace Holdfast.Api.Points;

/// <summary>Recovery points, and what isn't offered on them.</summary>
internal static class PointRoutes
{
    private const string Points = "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/recoveryPoints/";

    public static void Map(ArmRoutes routes)
    {
        routes.Get(ArmRoutes.Item, "/recoveryPoints", Points + "read", ListAsync);
        routes.Add("POST", ArmRoutes.Item, "/recoveryPointsRecommendedForMove", Points + "read", (_, body) => ReadRecommended(body), (_, _) => [], async (call, _) =>
        {
            await call.RequireItemAsync(await call.RequireVaultAsync());
            return Page.Of<JsonNode>(call, [], n => n);
        });
        routes.Get(ArmRoutes.Point, "", Points + "read", async call => ArmReply.Ok(Shape(call, call.Resource.ToString(), await call.RequirePointAsync(), withDisks: true)));
        routes.Add("POST", ArmRoutes.Point, "/provisionInstantItemRecovery", Points + "provisionInstantItemRecovery/action", call => Unsupported("file recovery (mount-rp)"));
        routes.Add("POST", ArmRoutes.Point, "/revokeInstantItemRecovery", Points + "revokeInstantItemRecovery/action", call => Unsupported("file recovery (unmount-rp)"));
        routes.Add("POST", ArmRoutes.Point, "/move", Points + "move/action", call => Unsupported("archive tier"));
    }

    private static JsonObject Shape(ArmCall call, string id, RecoveryPointResource point, bool withDisks) =>
        NativeView.Add(call, PointShape.Of(id, point, withDisks), NativeJson.Default.PointFacts, () => PointFacts.Of(point.Point));

    // There is no archive tier, and so no point that had better be there.
    private static bool ReadRecommended(BodyObject body)
    {
        body.Word("objectType", "ListRecoveryPointsRecommendedForMoveRequest");
        return body.Raw("excludedRPList") is null or { ValueKind: JsonValueKind.Array } ? true : throw body.Refuse("excludedRPList", "string[]");
    }

    private static Task<ArmReply> Unsupported(string feature) => throw RequestFaults.FeatureNotSupported(feature).ToException();

    private static async Task<ArmReply> ListAsync(ArmCall call)
    {
        var filter = ListFilter.Of(call.Http.Request, "startDate", "endDate", "restorePointQueryType", "extendedInfo", Kinds.ManagementType, "itemType");
        var vault = await call.RequireVaultAsync();
        var item = await call.RequireItemAsync(vault);
        var all = await call.Get<RecoveryPoints>().ListAsync(vault, item, filter.Instant("startDate"), filter.Instant("endDate"), call.Aborted);
        return Page.Of(call, all, p => Shape(call, $"{call.Resource}/recoveryPoints/{p.Name}", p, withDisks: false));
    }
}
