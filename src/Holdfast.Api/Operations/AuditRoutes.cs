using System.Text.Json.Nodes;
using Holdfast.Api.Replies;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Access;

namespace Holdfast.Api.Operations;

/// <summary>The audit log, for owners of the subscription. Not of Azure's: there it is Azure Monitor's activity log.</summary>
internal static class AuditRoutes
{
    public static void Map(ArmRoutes routes) => routes.Get(ArmRoutes.Subscription, "/providers/Holdfast.Operations/auditLog", AccessActions.ReadAudit, async call =>
    {
        // The next page goes on below the last entry that was seen: entries that come meanwhile move nothing.
        var page = Page.Of(call.Http.Request);
        var entries = await call.Get<AuditLog>().ListAsync(page.Skip == 0 ? null : page.Skip, page.Take + 1, call.Aborted);
        return page.Reply(call, entries, e => Shape(call, e), e => e.AuditId);
    });

    private static JsonObject Shape(ArmCall call, AuditRow entry) => new()
    {
        ["id"] = FormattableString.Invariant($"{call.Resource}/providers/Holdfast.Operations/auditLog/{entry.AuditId}"),
        ["name"] = FormattableString.Invariant($"{entry.AuditId}"),
        ["type"] = "Holdfast.Operations/auditLog",
        ["properties"] = new JsonObject
        {
            ["time"] = WireTime.Of(entry.WhenUtc),
            ["caller"] = entry.Who,
            ["callerName"] = entry.WhoName,
            ["from"] = entry.From,
            ["action"] = entry.Action,
            ["target"] = entry.Target,
            ["outcome"] = entry.Outcome.ToString(),
            ["detail"] = entry.Detail,
        },
    };
}
