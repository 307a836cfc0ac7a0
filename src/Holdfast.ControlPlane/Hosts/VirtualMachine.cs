using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Inventory;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>A libvirt domain as a virtual machine resource.</summary>
/// <param name="Id">Its resource id.</param>
/// <param name="Uuid">The domain's UUID: its vmId.</param>
/// <param name="Name">Its name.</param>
/// <param name="Host">The host that it is on.</param>
/// <param name="State">libvirt's state.</param>
/// <param name="IsActive">Whether it runs (or is paused).</param>
/// <param name="Disks">Its disks: the OS disk first, then data disks by LUN.</param>
/// <param name="VCpus">Number of virtual CPUs.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="OsType">Linux or Windows.</param>
/// <param name="Networks">The resource ids of the networks that it is attached to.</param>
/// <param name="Agent">The VM agent's state; null in lists.</param>
/// <param name="Fault">What is wrong with it as a resource: it runs on two hosts, or shares its name with another.</param>
public sealed record VirtualMachine(
    ArmId Id, Guid Uuid, string Name, HostRow Host, DomainState State, bool IsActive, IReadOnlyList<VirtualMachineDisk> Disks, int VCpus,
    long MemoryBytes, string OsType, IReadOnlyList<ArmId> Networks, VmAgent? Agent, Fault? Fault)
{
    /// <summary>When a node last saw it so, where this node doesn't reach its host; null where it is as it is now.</summary>
    public DateTimeOffset? LastSeenUtc { get; init; }

    /// <summary>Its location.</summary>
    public string Location => Host.Location;

    /// <summary>Its resource group.</summary>
    public string ResourceGroup => Host.ResourceGroup;
}
