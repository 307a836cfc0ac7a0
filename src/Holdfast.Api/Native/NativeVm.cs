using Holdfast.Protection.Inventory;
using Holdfast.Protection.Points;

namespace Holdfast.Api.Native;

/// <summary>What a virtual machine's resource says besides: the engine's own view of it.</summary>
/// <param name="State">libvirt's state in words.</param>
/// <param name="AgentState">The VM agent's state.</param>
/// <param name="AgentVersion">The VM agent's version.</param>
/// <param name="Disks">Its disks.</param>
public sealed record NativeVm(string State, string AgentState, string? AgentVersion, IReadOnlyList<NativeDisk> Disks)
{
    /// <summary>From the engine's summary.</summary>
    public static NativeVm Of(VmSummary vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return new(vm.State, vm.Agent.State, vm.Agent.Version, [.. vm.Disks.Select(d => new NativeDisk(
            d.Target, d.Device, d.Format, d.Source, d.SizeBytes, d.Trackable, d.Obstacle is null ? null : NativeFault.Of(d.Obstacle)))]);
    }

    /// <summary>The engine's summary, with the points that are known of the VM.</summary>
    public VmSummary ToSummary(Guid uuid, string name, RecoveryPoint? lastPoint, int? points) => new(
        uuid, name, Exists: true, State, [.. Disks.Select(d => new VmDisk(d.Target, d.Device, d.Format, d.Source, d.SizeBytes, d.Trackable, d.Obstacle?.ToFault()))],
        new VmAgent(AgentState, AgentVersion), lastPoint, points);
}
