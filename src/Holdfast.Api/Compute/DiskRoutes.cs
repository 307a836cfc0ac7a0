using System.Text.Json.Nodes;
using Holdfast.Api.Replies;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;

namespace Holdfast.Api.Compute;

/// <summary>Managed disks: the disks that VMs have.</summary>
internal static class DiskRoutes
{
    private const string Read = "Microsoft.Compute/disks/read";
    private const string List = "/providers/Microsoft.Compute/disks";

    public static void Map(ArmRoutes routes)
    {
        routes.List(ArmRoutes.Subscription, List, Read, ListAsync);
        routes.List(ArmRoutes.Group, List, Read, ListAsync);
        routes.Get(ArmRoutes.Group + List + "/{disk}", "", Read, async call =>
        {
            var disks = Of(await call.Get<Inventory>().ListVmsAsync(call.Value("subscription"), call.Value("group"), call.Aborted));
            var found = disks.Where(d => d.Id.Equals(call.Resource)).Select(d => Shape(d.Id, d.Vm, d.Disk)).FirstOrDefault();
            return ArmReply.Ok(found ?? throw ServiceFaults.ResourceNotFound(call.Resource.ToString()).ToException());
        });
    }

    /// <summary>The disks of VMs.</summary>
    public static IEnumerable<(ArmId Id, VirtualMachine Vm, VirtualMachineDisk Disk)> Of(IEnumerable<VirtualMachine> vms) =>
        vms.SelectMany(v => v.Disks.Select(d => (ArmId.Parse(VirtualMachineShape.DiskId(v, d)), v, d)));

    private static async Task<ArmReply> ListAsync(ArmCall call)
    {
        var vms = await call.Get<Inventory>().ListVmsAsync(call.Value("subscription"), call.ValueOrNull("group"), call.Aborted);
        return Page.Of(call, Of(vms).Where(d => call.May(Read, d.Id)), d => Shape(d.Id, d.Vm, d.Disk));
    }

    private static JsonObject Shape(ArmId id, VirtualMachine vm, VirtualMachineDisk disk)
    {
        var properties = new JsonObject
        {
            ["creationData"] = new JsonObject { ["createOption"] = "Attach" },
            ["diskState"] = vm.IsActive ? "Attached" : "Reserved",
            ["provisioningState"] = "Succeeded",
        };
        if (disk.Lun < 0)
            properties["osType"] = vm.OsType;
        if (disk.SizeBytes is { } size)
        {
            properties["diskSizeBytes"] = size;
            properties["diskSizeGB"] = VirtualMachineShape.Gibibytes(size);
        }

        return new JsonObject
        {
            ["id"] = id.ToString(),
            ["name"] = disk.Name,
            ["type"] = "Microsoft.Compute/disks",
            ["location"] = vm.Location,
            ["managedBy"] = vm.Id.ToString(),
            ["sku"] = new JsonObject { ["name"] = "Standard_LRS", ["tier"] = "Standard" },
            ["tags"] = new JsonObject(),
            ["properties"] = properties,
        };
    }
}
