using Holdfast.Faults;
using Holdfast.Protection.Inventory;

namespace Holdfast.Cli.Documents;

/// <summary>A VM in JSON.</summary>
internal sealed record VmDocument(
    string Name, Guid Uuid, bool Exists, string State, AgentDocument Agent, IReadOnlyList<VmDiskDocument> Disks, PointDocument? LastPoint, int? PointCount)
{
    public static VmDocument Of(VmSummary vm, FaultLanguage language) => new(
        vm.Name, vm.Uuid, vm.Exists, vm.State, new(vm.Agent.State, vm.Agent.Version),
        [.. vm.Disks.Select(d => new VmDiskDocument(
            d.Target, d.Device, d.Format, d.Source, d.SizeBytes, d.Trackable, d.Obstacle is null ? null : FaultDocument.Of(d.Obstacle, language)))],
        vm.LastPoint is null ? null : PointDocument.Of(vm.LastPoint), vm.PointCount);
}

/// <summary>A VM agent's state in JSON.</summary>
internal sealed record AgentDocument(string State, string? Version);

/// <summary>A VM's disk in JSON.</summary>
internal sealed record VmDiskDocument(
    string Target, string Device, string? Format, string? Source, long? SizeBytes, bool Trackable, FaultDocument? Obstacle);

/// <summary>Several VMs in JSON.</summary>
internal sealed record VmsDocument(IReadOnlyList<VmDocument> Vms);
