using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Replies;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Health;
using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;

namespace Holdfast.Api.Native;

/// <summary>
/// Examinations that run on the node: <c>?vm=NAME-or-UUID</c>, <c>host=NAME</c>, <c>vms=false</c>, <c>programs=false</c>, <c>agentMinimum=7.2</c>. Not of Azure's. Whoever sees
/// anything in the subscription may ask, and is told of what they may see.
/// </summary>
internal static class ExaminationRoutes
{
    private const string ReadVault = "Microsoft.RecoveryServices/vaults/read";

    public static void Map(ArmRoutes routes) => routes.List(ArmRoutes.Subscription, "/providers/Holdfast.Operations/examination", AccessActions.Examine, async call =>
    {
        var report = await call.Get<NodeExamination>().ExamineAsync(Read(call), call.Aborted);
        return ArmReply.Ok(new JsonObject
        {
            ["id"] = call.Resource + "/providers/Holdfast.Operations/examination", ["name"] = "examination", ["type"] = "Holdfast.Operations/examination",
            ["properties"] = JsonSerializer.SerializeToNode(NativeHealth.Of(report, call.Language), NativeJson.Default.NativeHealth),
        });
    });

    private static ExaminationSpec Read(ArmCall call) => new()
    {
        Subscription = call.Value("subscription"),
        Vm = Text(call, "vm"),
        Host = Text(call, "host"),
        IncludesVms = Flag(call, "vms"),
        AllowsPrograms = Flag(call, "programs"),
        AgentMinimum = Text(call, "agentMinimum") is not { } text ? null
            : Version.TryParse(text, out var version) ? version : throw RequestFaults.FieldInvalid("agentMinimum", "7.2").ToException(),
        SeesVm = vm => call.May(AccessActions.Examine, vm.Id),
        SeesHost = host => call.May(AccessActions.Examine, ArmId.Parse($"/subscriptions/{host.SubscriptionId}/resourceGroups/{host.ResourceGroup}")),
        SeesVault = vault => call.May(ReadVault, vault.Ref.Id),
        SeesNode = call.May(AccessActions.Examine, call.Resource),
    };

    private static string? Text(ArmCall call, string name) => call.Http.Request.Query[name].ToString() is not { Length: > 0 } text ? null
        : text.Length <= ArmId.MaxLength && !text.Any(char.IsControl) ? text : throw RequestFaults.FieldInvalid(name, "string").ToException();

    private static bool Flag(ArmCall call, string name) => Text(call, name) is not { } text
        || (bool.TryParse(text, out var flag) ? flag : throw RequestFaults.FieldInvalid(name, "boolean").ToException());
}
