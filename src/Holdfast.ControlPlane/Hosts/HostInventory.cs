using Holdfast.ControlPlane.Resources;
using Holdfast.Libvirt;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>What is on a host, as it is kept for nodes that don't reach it.</summary>
/// <param name="Vms">Its VMs.</param>
/// <param name="Networks">Its networks.</param>
/// <param name="Pools">Its storage pools.</param>
public sealed record HostInventory(IReadOnlyList<HostInventory.Vm> Vms, IReadOnlyList<HostInventory.Network> Networks, IReadOnlyList<HostInventory.Pool> Pools)
{
    /// <summary>When it was looked at; not part of what is kept.</summary>
    internal DateTimeOffset ReadUtc { get; init; }

    /// <summary>Reads a host.</summary>
    internal static HostInventory Read(HostRow host, LibvirtConnection connection) => new(
        [.. HostReader.ReadVms(host, connection).Select(v => new Vm(
            v.Uuid, v.Name, v.State, v.IsActive, v.Disks, v.VCpus, v.MemoryBytes, v.OsType, [.. v.Networks.Select(n => n.Name)]))],
        [.. HostReader.ReadNetworks(host, connection).Select(n => new Network(n.Name, n.IsActive))],
        [.. HostReader.ReadPools(host, connection).Select(p => new Pool(p.Name, p.Type, p.Path, p.IsActive, p.CapacityBytes, p.AvailableBytes))]);

    /// <summary>The VMs as resources.</summary>
    internal static IEnumerable<VirtualMachine> VmsOf(HostRow host, HostInventory known) => known.Vms.Select(v => new VirtualMachine(
        ArmNames.VirtualMachine(host.SubscriptionId, host.ResourceGroup, v.Name), v.Uuid, v.Name, host, v.State, v.IsActive, v.Disks, v.VCpus, v.MemoryBytes,
        v.OsType, [.. v.Networks.Select(n => HostReader.NetworkId(host, n))], null, null) { LastSeenUtc = known.ReadUtc });

    /// <summary>The networks as resources.</summary>
    internal static IEnumerable<VirtualNetworkResource> NetworksOf(HostRow host, HostInventory known) =>
        known.Networks.Select(n => new VirtualNetworkResource(HostReader.NetworkId(host, n.Name), n.Name, host, n.IsActive));

    /// <summary>The storage pools as resources.</summary>
    internal static IEnumerable<StoragePoolResource> PoolsOf(HostRow host, HostInventory known) => known.Pools.Select(p => new StoragePoolResource(
        HostReader.PoolId(host, p.Name), p.Name, host, p.Type, p.Path, p.IsActive, p.CapacityBytes, p.AvailableBytes));

    /// <summary>A VM.</summary>
    public sealed record Vm(
        Guid Uuid, string Name, DomainState State, bool IsActive, IReadOnlyList<VirtualMachineDisk> Disks, int VCpus, long MemoryBytes, string OsType,
        IReadOnlyList<string> Networks);

    /// <summary>A network.</summary>
    public sealed record Network(string Name, bool IsActive);

    /// <summary>A storage pool.</summary>
    public sealed record Pool(string Name, string Type, string? Path, bool IsActive, long CapacityBytes, long AvailableBytes);
}
