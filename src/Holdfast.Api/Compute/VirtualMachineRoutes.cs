using System.Text.Json.Nodes;
using Holdfast.Api.Native;
using Holdfast.Api.Replies;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Hosts;
using Holdfast.Faults;
using Holdfast.Protection.Inventory;

namespace Holdfast.Api.Compute;

/// <summary>Virtual machines: libvirt's domains.</summary>
internal static class VirtualMachineRoutes
{
    private const string Read = "Microsoft.Compute/virtualMachines/read";
    private const string List = "/providers/Microsoft.Compute/virtualMachines";

    public static void Map(ArmRoutes routes)
    {
        routes.List(ArmRoutes.Subscription, List, Read, ListAsync);
        routes.List(ArmRoutes.Group, List, Read, ListAsync);
        routes.Get(ArmRoutes.Group + List + "/{vm}", "", Read, async call =>
        {
            var expands = call.Http.Request.Query["$expand"].ToString().Contains("instanceView", StringComparison.OrdinalIgnoreCase);
            var vm = await FindAsync(call);
            return ArmReply.Ok(Shape(call, vm, expands, await SummariesAsync(call, [vm])));
        });
        routes.Get(ArmRoutes.Group + List + "/{vm}", "/instanceView", "Microsoft.Compute/virtualMachines/instanceView/read", async call =>
            ArmReply.Ok(VirtualMachineShape.InstanceView(await FindAsync(call))));
    }

    private static async Task<ArmReply> ListAsync(ArmCall call)
    {
        var all = await call.Get<Inventory>().ListVmsAsync(call.Value("subscription"), call.ValueOrNull("group"), call.Aborted);
        var seen = all.Where(v => call.May(Read, v.Id)).ToList();
        var summaries = await SummariesAsync(call, seen);
        return Page.Of(call, seen, v => Shape(call, v, withInstanceView: false, summaries));
    }

    private static JsonObject Shape(ArmCall call, VirtualMachine vm, bool withInstanceView, IReadOnlyDictionary<Guid, VmSummary> summaries) => NativeView.Add(
        call, VirtualMachineShape.Of(vm, withInstanceView), NativeJson.Default.NativeVm, () => summaries.TryGetValue(vm.Uuid, out var summary) ? NativeVm.Of(summary) : null);

    // Looking into disks and guests takes its time, and only the native view shows it.
    private static async Task<IReadOnlyDictionary<Guid, VmSummary>> SummariesAsync(ArmCall call, IReadOnlyList<VirtualMachine> vms) =>
        NativeView.IsAsked(call.Http.Request) ? await call.Get<Inventory>().SummarizeAsync(vms, call.Aborted) : new Dictionary<Guid, VmSummary>();

    private static async Task<VirtualMachine> FindAsync(ArmCall call) =>
        await call.Get<Inventory>().FindVmAsync(call.Resource, call.Aborted) ?? throw ServiceFaults.ResourceNotFound(call.Resource.ToString()).ToException();
}
