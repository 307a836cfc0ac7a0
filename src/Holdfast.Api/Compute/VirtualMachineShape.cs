using System.Text.Json.Nodes;
using Holdfast.Api.Replies;
using Holdfast.ControlPlane.Hosts;
using Holdfast.Faults;
using Holdfast.Libvirt;

namespace Holdfast.Api.Compute;

/// <summary>A virtual machine as Azure's compute API writes it.</summary>
internal static class VirtualMachineShape
{
    public static JsonObject Of(VirtualMachine vm, bool withInstanceView)
    {
        var properties = new JsonObject
        {
            ["vmId"] = vm.Uuid.ToString(),
            ["hardwareProfile"] = new JsonObject
            {
                ["vmSize"] = FormattableString.Invariant($"Holdfast_{vm.VCpus}_{vm.MemoryBytes >> 20}"),
                ["vmSizeProperties"] = new JsonObject { ["vCPUsAvailable"] = vm.VCpus },
            },
            ["storageProfile"] = new JsonObject
            {
                ["osDisk"] = vm.Disks.Where(d => d.Lun < 0).Select(d => OsDisk(vm, d)).FirstOrDefault(),
                ["dataDisks"] = new JsonArray([.. vm.Disks.Where(d => d.Lun >= 0).Select(d => DataDisk(vm, d))]),
            },
            ["osProfile"] = new JsonObject { ["computerName"] = vm.Name },
            ["networkProfile"] = new JsonObject { ["networkInterfaces"] = new JsonArray() },
            ["provisioningState"] = vm.Fault is null ? "Succeeded" : "Failed",
        };
        if (withInstanceView)
            properties["instanceView"] = InstanceView(vm);
        if (vm.LastSeenUtc is { } seen)
            properties["holdfast"] = new JsonObject { ["lastSeen"] = WireTime.Of(seen) };
        return new JsonObject
        {
            ["id"] = vm.Id.ToString(),
            ["name"] = vm.Name,
            ["type"] = "Microsoft.Compute/virtualMachines",
            ["location"] = vm.Location,
            ["tags"] = new JsonObject(),
            ["properties"] = properties,
        };
    }

    public static JsonObject InstanceView(VirtualMachine vm)
    {
        var view = new JsonObject
        {
            ["computerName"] = vm.Name,
            ["osName"] = vm.OsType,
            ["statuses"] = new JsonArray(
                Status(vm.Fault is null ? "ProvisioningState/succeeded" : "ProvisioningState/failed", vm.Fault),
                Power(vm)),
        };
        if (vm.Agent is { } agent)
        {
            var isReady = agent.State.Equals("connected", StringComparison.OrdinalIgnoreCase);
            view["vmAgent"] = new JsonObject
            {
                ["vmAgentVersion"] = agent.Version ?? "Unknown",
                ["statuses"] = new JsonArray(new JsonObject
                {
                    ["code"] = isReady ? "ProvisioningState/succeeded" : "ProvisioningState/Unavailable",
                    ["level"] = isReady ? "Info" : "Warning",
                    ["displayStatus"] = isReady ? "Ready" : "Not Ready",
                    ["message"] = agent.State,
                }),
            };
        }

        return view;
    }

    // What isn't as of now says of when it is.
    private static JsonObject Power(VirtualMachine vm)
    {
        var status = Status("PowerState/" + PowerState(vm.State), null);
        if (vm.LastSeenUtc is { } seen)
        {
            status["level"] = "Warning";
            status["time"] = WireTime.Of(seen);
            status["message"] = $"As another node last saw it, at {WireTime.Of(seen)}: this node doesn't reach the host {vm.Host.Name}.";
        }

        return status;
    }

    /// <summary>The id of a VM's disk.</summary>
    public static string DiskId(VirtualMachine vm, VirtualMachineDisk disk) =>
        $"/subscriptions/{vm.Id.SubscriptionId}/resourceGroups/{vm.ResourceGroup}/providers/Microsoft.Compute/disks/{disk.Name}";

    /// <summary>A disk's size as Azure counts it: begun gibibytes.</summary>
    public static long Gibibytes(long bytes) => (bytes + (1L << 30) - 1) >> 30;

    private static string PowerState(DomainState state) => state switch
    {
        DomainState.Running or DomainState.Blocked => "running",
        DomainState.Paused or DomainState.PmSuspended => "stopped",
        DomainState.ShuttingDown => "stopping",
        DomainState.ShutOff => "deallocated",
        _ => "unknown",
    };

    private static JsonObject Status(string code, Fault? fault)
    {
        var status = new JsonObject { ["code"] = code, ["level"] = fault is null ? "Info" : "Error", ["displayStatus"] = code[(code.IndexOf('/', StringComparison.Ordinal) + 1)..] };
        if (fault is not null)
            status["message"] = FaultCatalogue.Shared.Render(fault, FaultLanguage.English).Message;
        return status;
    }

    private static JsonObject OsDisk(VirtualMachine vm, VirtualMachineDisk disk)
    {
        var shape = Disk(vm, disk);
        shape["osType"] = vm.OsType;
        return shape;
    }

    private static JsonObject DataDisk(VirtualMachine vm, VirtualMachineDisk disk)
    {
        var shape = Disk(vm, disk);
        shape["lun"] = disk.Lun;
        return shape;
    }

    private static JsonObject Disk(VirtualMachine vm, VirtualMachineDisk disk)
    {
        var shape = new JsonObject
        {
            ["name"] = disk.Name,
            ["createOption"] = "Attach",
            ["caching"] = "None",
            ["managedDisk"] = new JsonObject
            {
                ["id"] = DiskId(vm, disk),
                ["storageAccountType"] = "Standard_LRS",
            },
        };
        if (disk.SizeBytes is { } size)
            shape["diskSizeGB"] = Gibibytes(size);
        return shape;
    }
}
