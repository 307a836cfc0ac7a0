using Holdfast.ControlPlane.Resources;
using Holdfast.Libvirt;
using Holdfast.Protection.Sources;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>Reads a host's domains, networks and pools as resources. Asks no guest.</summary>
internal static class HostReader
{
    public static IEnumerable<VirtualMachine> ReadVms(HostRow host, LibvirtConnection connection)
    {
        var domains = connection.ListDomains();
        try
        {
            return [.. domains.Select(d => TryRead(host, connection, d)).OfType<VirtualMachine>()];
        }
        finally
        {
            foreach (var domain in domains)
                domain.Dispose();
        }
    }

    /// <summary>One VM, if the host has it: without a look at all the others.</summary>
    public static IEnumerable<VirtualMachine> ReadVm(HostRow host, LibvirtConnection connection, Guid uuid)
    {
        using var domain = connection.FindDomain(uuid);
        return domain is not null && TryRead(host, connection, domain) is { } vm ? [vm] : [];
    }

    /// <summary>The VMs with a name or a UUID, if the host has them.</summary>
    public static IEnumerable<VirtualMachine> ReadVms(HostRow host, LibvirtConnection connection, string name, Guid uuid)
    {
        using var named = connection.FindDomain(name);
        var vm = named is null ? null : TryRead(host, connection, named);
        return vm is null ? ReadVm(host, connection, uuid) : vm.Uuid == uuid ? [vm] : [vm, .. ReadVm(host, connection, uuid)];
    }

    public static IEnumerable<VirtualNetworkResource> ReadNetworks(HostRow host, LibvirtConnection connection)
    {
        var networks = connection.ListNetworks();
        try
        {
            return [.. networks.Select(n => new VirtualNetworkResource(NetworkId(host, n.Name), n.Name, host, n.IsActive))];
        }
        finally
        {
            foreach (var network in networks)
                network.Dispose();
        }
    }

    public static IEnumerable<StoragePoolResource> ReadPools(HostRow host, LibvirtConnection connection)
    {
        var pools = connection.ListStoragePools();
        try
        {
            return [.. pools.Select(p => ReadPool(host, p))];
        }
        finally
        {
            foreach (var pool in pools)
                pool.Dispose();
        }
    }

    private static VirtualMachine? TryRead(HostRow host, LibvirtConnection connection, Domain domain)
    {
        try
        {
            var state = domain.GetState();
            var xml = domain.ReadXml();
            var name = domain.Name;
            return new VirtualMachine(
                ArmNames.VirtualMachine(host.SubscriptionId, host.ResourceGroup, name), domain.Uuid, name, host, state.State, state.IsActive,
                [.. DiskLuns.Assign(xml.Disks).Select(d => ReadDisk(connection, domain, state.IsActive, d.Disk, d.Lun))],
                int.TryParse(xml.Root.Element("vcpu")?.Value, out var cpus) ? cpus : 1,
                MemoryOf(xml), OsTypeOf(xml),
                [.. xml.Interfaces.Select(i => i.SourceNetwork).OfType<string>().Distinct().Select(n => NetworkId(host, n))], null, null);
        }
        catch (LibvirtException e) when (e.IsNotFound)
        {
            // Undefined since it was listed.
            return null;
        }
    }

    private static VirtualMachineDisk ReadDisk(LibvirtConnection connection, Domain domain, bool isActive, DomainDisk disk, int lun)
    {
        string? path = null;
        long? size = null;
        try
        {
            path = connection.ResolvePath(disk.Source);
            size = ImageSize.Find(domain, isActive, disk, path);
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            // The image is missing or its pool is off: the VM is listed all the same.
        }

        return new VirtualMachineDisk($"{domain.Name}_{disk.Target}", lun, disk.Target, path, size);
    }

    private static long MemoryOf(DomainXml xml)
    {
        var element = xml.Root.Element("memory");
        var factor = (string?)element?.Attribute("unit") switch { "b" or "bytes" => 1L, "MiB" or "M" => 1 << 20, "GiB" or "G" => 1 << 30, _ => 1 << 10 };
        return long.TryParse(element?.Value, out var amount) ? amount * factor : 0;
    }

    // libosinfo's id, which virt-install and virt-manager write: http://microsoft.com/win/10.
    private static string OsTypeOf(DomainXml xml) =>
        xml.Root.Element("metadata")?.Descendants().Any(e => e.Name.LocalName == "os"
            && ((string?)e.Attribute("id"))?.StartsWith("http://microsoft.com/", StringComparison.Ordinal) is true) is true ? "Windows" : "Linux";

    private static StoragePoolResource ReadPool(HostRow host, StoragePool pool)
    {
        var (type, path) = pool.GetTarget();
        var info = pool.GetInfo();
        return new StoragePoolResource(PoolId(host, pool.Name), pool.Name, host, type, path, pool.IsActive, info.CapacityBytes, info.AvailableBytes);
    }

    public static ArmId PoolId(HostRow host, string name) => ArmId.Parse(
        $"/subscriptions/{host.SubscriptionId}/resourceGroups/{host.ResourceGroup}/providers/Microsoft.Storage/storageAccounts/{name}");

    public static ArmId NetworkId(HostRow host, string name) => ArmId.Parse(
        $"/subscriptions/{host.SubscriptionId}/resourceGroups/{host.ResourceGroup}/providers/Microsoft.Network/virtualNetworks/{name}");
}
