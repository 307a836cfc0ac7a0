using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Api.Replies;
using Holdfast.Api.Requests;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Health;
using Holdfast.ControlPlane.Hosts;
using Holdfast.Faults;
using Holdfast.Protection.Health.Remedies;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Api.Native;

/// <summary>
/// Remedies and the VM agent, on the node, under the item's lease. Not of Azure's. They are answered when they are done, and are done to their end also when the client has gone: only the
/// node's own end ends them.
/// </summary>
internal static class RemedyRoutes
{
    private const string Vm = ArmRoutes.Group + "/providers/Microsoft.Compute/virtualMachines/{vm}";
    private const int ParametersMax = 32;
    private static readonly RemedyKind[] Kinds = [.. Enum.GetValues<RemedyKind>().Where(k => k is not RemedyKind.FollowActions)];

    public static void Map(ArmRoutes routes)
    {
        routes.Get(Vm, "/agent", AccessActions.ReadAgent, async call => Reply(
            call, NativeJson.Default.AgentStatus, await call.Get<VmRemedies>().ReadAgentAsync(await FindAsync(call), call.Aborted)));
        routes.Add("POST", Vm, "/attachAgentChannel", AccessActions.Remedy, async call =>
        {
            var vm = await FindAsync(call);
            return Reply(call, vm, await call.Get<VmRemedies>().AttachChannelAsync(vm, Stopping(call)));
        });
        routes.Add("POST", Vm, "/updateAgent", AccessActions.UpdateAgent, async call =>
        {
            var vm = await FindAsync(call);
            var result = NativeAgentUpdate.Of(await call.Get<VmRemedies>().UpdateAgentAsync(vm, Stopping(call)));
            return Reply(call, NativeJson.Default.NativeChange, new NativeChange(vm.Name, vm.Uuid, result.VersionAfter, result));
        });

        // The kind stands in the address, and so in the audit log.
        routes.Add("POST", Vm, "/remedies/{kind}", AccessActions.Remedy, (_, body) => Read(body), Needs, ApplyAsync);
    }

    private static async Task<ArmReply> ApplyAsync(ArmCall call, (Fault Fault, bool AllowsDisruption) asked)
    {
        var kind = KindOf(call) ?? throw ServiceFaults.ResourceNotFound(call.Http.Request.Path).ToException();
        if (kind is RemedyKind.RestartService && !asked.AllowsDisruption)
            throw RequestFaults.FieldMissing("properties.allowDisruption").ToException();
        var vm = await FindAsync(call);
        return Reply(call, vm, await call.Get<VmRemedies>().ApplyAsync(vm, kind, asked.Fault, Stopping(call)));
    }

    // What the guest notices needs more than what it doesn't.
    private static IEnumerable<AccessNeed> Needs(ArmCall call, (Fault, bool) asked) =>
        KindOf(call) is RemedyKind.RestartService ? [new(AccessActions.Disrupt, call.Resource)] : [];

    private static RemedyKind? KindOf(ArmCall call)
    {
        var found = Kinds.Where(k => k.ToString().Equals(call.Value("kind"), StringComparison.OrdinalIgnoreCase)).ToList();
        return found.Count == 0 ? null : found[0];
    }

    private static (Fault Fault, bool AllowsDisruption) Read(BodyObject body)
    {
        var properties = body.RequiredChild("properties");
        var code = properties.RequiredText("code");
        if (FaultCatalogue.Shared.Find(new FaultCode(code)) is null)
            throw properties.Refuse("code", "HoldfastAgentChannelMissing | …");
        return (Fault.FromStored(code, properties.Texts("parameters", ParametersMax) ?? new Dictionary<string, string>()), properties.Flag("allowDisruption") ?? false);
    }

    private static Task<VirtualMachine> FindAsync(ArmCall call) => call.Get<VmRemedies>().FindAsync(call.Resource, call.Aborted);

    private static CancellationToken Stopping(ArmCall call) => call.Get<IHostApplicationLifetime>().ApplicationStopping;

    private static ArmReply Reply(ArmCall call, VirtualMachine vm, string done) => Reply(call, NativeJson.Default.NativeChange, new NativeChange(vm.Name, vm.Uuid, done));

    private static ArmReply Reply<T>(ArmCall call, JsonTypeInfo<T> type, T facts) => ArmReply.Ok(new JsonObject
    {
        ["id"] = call.Resource.ToString(), ["name"] = call.Value("vm"), ["properties"] = JsonSerializer.SerializeToNode(facts, type),
    });
}
