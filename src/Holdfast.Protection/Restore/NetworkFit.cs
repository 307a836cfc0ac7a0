using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Points;

namespace Holdfast.Protection.Restore;

/// <summary>Whether a VM fits into libvirt networks: addresses, port groups, and what ties a network to the original VM. Pure, but for asking libvirt.</summary>
internal static class NetworkFit
{
    private const int RangeMax = 1 << 20;

    /// <summary>Looks at every network that a VM's interfaces name.</summary>
    /// <param name="host">libvirt.</param>
    /// <param name="vm">The VM as it will be.</param>
    /// <param name="addresses">What the point knows of the VM's addresses. The new VM's interfaces have other MACs, so only those count that are set in the guest.</param>
    /// <returns>What the user should know.</returns>
    /// <exception cref="FaultException">A network isn't there, doesn't run, or has no place for the VM.</exception>
    public static IReadOnlyList<Fault> Require(LibvirtConnection host, DomainXml vm, IReadOnlyList<SavedAddress> addresses)
    {
        var warnings = new List<Fault>();
        foreach (var group in vm.Interfaces.Where(i => i.Type == "network" && i.SourceNetwork is not null).GroupBy(i => i.SourceNetwork!))
        {
            using var network = host.FindNetwork(group.Key) ?? throw new FaultException(RestoreFaults.NetworkNotFound(group.Key, Names(host)));
            if (!network.IsActive)
                throw new FaultException(RestoreFaults.NetworkInactive(group.Key));
            var xml = XElement.Parse(network.GetXml());
            RequirePortGroups(xml, group.Key, group);
            RequireAddresses(xml, group.Key, [.. group.Select(i => i.Mac).OfType<string>()], addresses, keepsMacs: false);
            if (FullRange(xml, Leases(network, xml), [.. group.Select(i => i.Mac).OfType<string>()]) is { } range)
                throw new FaultException(RestoreFaults.AddressRangeExhausted(group.Key, range));
            if (Special(host, xml, vm, addresses) is { Count: > 0 } features)
                warnings.Add(RestoreFaults.SpecialNetworkSetup(vm.Name, group.Key, features));
        }

        foreach (var bridge in vm.Interfaces.Where(i => i.Type == "bridge").Select(i => i.SourceBridge).OfType<string>())
        {
            if (!Directory.Exists(Path.Combine("/sys/class/net", bridge)))
                throw new FaultException(RestoreFaults.NetworkNotFound(bridge, []));
        }

        return warnings;
    }

    /// <summary>Sees that nobody else was given the addresses of a VM that is restored in place; whether its networks run is its next start's matter.</summary>
    /// <exception cref="FaultException">Somebody was.</exception>
    public static void RequireOwnAddresses(LibvirtConnection host, DomainXml vm, IReadOnlyList<SavedAddress> addresses)
    {
        foreach (var name in addresses.Count == 0 ? [] : vm.Interfaces.Select(i => i.SourceNetwork).OfType<string>().Distinct())
        {
            using var network = host.FindNetwork(name);
            if (network is not null)
                RequireAddresses(XElement.Parse(network.GetXml()), name, [.. vm.Interfaces.Select(i => i.Mac).OfType<string>()], addresses, keepsMacs: true);
        }
    }

    /// <summary>Sees that no other VM of the host has a MAC address of this definition: on one network they would disturb each other.</summary>
    /// <exception cref="FaultException">One has.</exception>
    public static void RequireOwnMacs(LibvirtConnection host, Guid uuid, DomainXml vm)
    {
        var others = HostDomains.Read(host).Where(d => d.Uuid != uuid).ToList();
        foreach (var mac in vm.Interfaces.Select(i => i.Mac).OfType<string>())
        {
            if (others.FirstOrDefault(d => d.Interfaces.Any(i => Is(i.Mac, mac))) is { } other)
                throw new FaultException(RestoreFaults.MacAddressTaken(mac, other.Name));
        }
    }

    /// <summary>The DHCP range of a network that hasn't an address left for each of these interfaces; null where there is one, or no DHCP.</summary>
    public static string? FullRange(XElement network, IReadOnlyList<DhcpLease> leases, IReadOnlyCollection<string> macs)
    {
        foreach (var dhcp in network.Elements("ip").Elements("dhcp").Where(d => d.Elements("range").Any()))
        {
            var ranges = dhcp.Elements("range").Select(r => (First: Number(r.Attribute("start")), Last: Number(r.Attribute("end"))))
                .Where(r => r is { First: not null, Last: not null } && r.Last - r.First < RangeMax).ToList();
            if (ranges.Count == 0)
                continue;
            var hosts = dhcp.Elements("host").Select(h => (Mac: (string?)h.Attribute("mac"), Address: Number(h.Attribute("ip")))).ToList();
            // Those of these very interfaces are theirs to use.
            var taken = hosts.Where(h => !Has(macs, h.Mac)).Select(h => h.Address)
                .Concat(leases.Where(l => !Has(macs, l.Mac)).Select(l => Number(l.IpAddress)))
                .OfType<long>().Where(a => ranges.Any(r => a >= r.First && a <= r.Last)).ToHashSet();
            var needed = macs.Count(mac => hosts.All(h => !Is(h.Mac, mac)));
            if (needed > 0 && ranges.Sum(r => r.Last!.Value - r.First!.Value + 1) - taken.Count < needed)
                return string.Join(", ", dhcp.Elements("range").Select(r => $"{(string?)r.Attribute("start")} - {(string?)r.Attribute("end")}"));
        }

        return null;
    }

    private static void RequirePortGroups(XElement network, string name, IEnumerable<DomainInterface> interfaces)
    {
        var groups = network.Elements("portgroup").Select(g => (string?)g.Attribute("name")).OfType<string>().ToList();
        foreach (var wanted in interfaces.Select(i => (string?)i.Element.Element("source")?.Attribute("portgroup")).OfType<string>().Except(groups))
            throw new FaultException(RestoreFaults.SubnetNotFound(wanted, name, groups));
    }

    private static void RequireAddresses(
        XElement network, string name, IReadOnlyCollection<string> macs, IReadOnlyList<SavedAddress> addresses, bool keepsMacs)
    {
        foreach (var address in addresses.Where(a => keepsMacs || !a.IsGivenByNetwork))
        {
            var other = network.Elements("ip").Elements("dhcp").Elements("host")
                .FirstOrDefault(h => (string?)h.Attribute("ip") == address.Address && (string?)h.Attribute("mac") is { } mac && !Has(macs, mac));
            if (other is not null)
                throw new FaultException(RestoreFaults.ReservedAddressConflict(name, address.Address, (string)other.Attribute("mac")!));
        }
    }

    private static List<string> Special(LibvirtConnection host, XElement network, DomainXml vm, IReadOnlyList<SavedAddress> addresses)
    {
        var features = new List<string>();
        if (vm.Interfaces.Count > 1)
            features.Add("several-nics");
        if (network.Elements("dns").Elements().Any(e => e.Name.LocalName is "host" or "txt" or "srv" or "forwarder"))
            features.Add("custom-dns");
        var reserved = network.Elements("ip").Elements("dhcp").Elements("host").Select(h => (string?)h.Attribute("mac")).OfType<string>().ToList();
        if (addresses.Any(a => Has(reserved, a.Mac)))
            features.Add("reservation");
        if (reserved.Count > 0 && HasStoppedOwner(host, reserved))
            features.Add("stopped-reservation");
        return features;
    }

    private static bool HasStoppedOwner(LibvirtConnection host, List<string> reserved)
    {
        var found = false;
        foreach (var domain in host.ListDomains())
        {
            using (domain)
            {
                try
                {
                    found |= !domain.IsActive && domain.ReadXml(DomainXmlOptions.Inactive).Interfaces.Any(i => Has(reserved, i.Mac));
                }
                catch (LibvirtException e) when (e.IsNotFound)
                {
                    // Undefined since it was listed.
                }
            }
        }

        return found;
    }

    // Without a range nothing is leased, and not every kind of network can be asked.
    private static IReadOnlyList<DhcpLease> Leases(VirtualNetwork network, XElement xml)
    {
        try
        {
            return xml.Elements("ip").Elements("dhcp").Elements("range").Any() ? network.GetDhcpLeases() : [];
        }
        catch (LibvirtException e) when (e.Code is LibvirtErrorCode.NoSupport)
        {
            return [];
        }
    }

    private static List<string> Names(LibvirtConnection host)
    {
        var networks = host.ListNetworks();
        var names = networks.Select(n => n.Name).ToList();
        foreach (var network in networks)
            network.Dispose();
        return names;
    }

    private static bool Has(IEnumerable<string> macs, string? mac) => macs.Any(m => Is(m, mac));

    private static bool Is(string? mac, string? other) => mac is not null && string.Equals(mac, other, StringComparison.OrdinalIgnoreCase);

    private static long? Number(XAttribute? address) => Number((string?)address);

    private static long? Number(string? address) =>
        IPAddress.TryParse(address, out var parsed) && parsed.AddressFamily is AddressFamily.InterNetwork
            ? long.Parse(Convert.ToHexString(parsed.GetAddressBytes()), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : null;
}
