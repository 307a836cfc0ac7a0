using System.Net.Sockets;
using System.Xml.Linq;
using Holdfast.GuestAgent;
using Holdfast.Libvirt;
using Holdfast.Protection.Points;

namespace Holdfast.Protection.Backup;

/// <summary>The addresses that a VM has, as its networks and its agent tell: kept with a point, so that a restore can see whether they are somebody else's by then.</summary>
internal static class VmAddresses
{
    private const int AddressesMax = 256;

    /// <summary>Collects them. What can't be learned isn't missed: a backup doesn't fail for it.</summary>
    public static IReadOnlyList<SavedAddress> Collect(LibvirtConnection host, DomainXml vm, IReadOnlyList<GuestNetworkInterface> inGuest)
    {
        var found = new List<SavedAddress>();
        foreach (var nic in vm.Interfaces.Where(i => i.Mac is not null))
        {
            var given = nic.SourceNetwork is { } name ? Given(host, name, nic.Mac!) : [];
            found.AddRange(given.Select(a => new SavedAddress(nic.Mac!, a, IsGivenByNetwork: true)));
            found.AddRange(inGuest.Where(n => string.Equals(n.HardwareAddress, nic.Mac, StringComparison.OrdinalIgnoreCase)).SelectMany(n => n.Addresses)
                .Where(a => a.Address.AddressFamily is AddressFamily.InterNetwork).Select(a => a.Address.ToString()).Except(given)
                .Select(a => new SavedAddress(nic.Mac!, a, IsGivenByNetwork: false)));
        }

        return [.. found.Take(AddressesMax)];
    }

    private static List<string> Given(LibvirtConnection host, string name, string mac)
    {
        try
        {
            using var network = host.FindNetwork(name);
            if (network is null)
                return [];
            var reserved = XElement.Parse(network.GetXml()).Elements("ip").Elements("dhcp").Elements("host")
                .Where(h => string.Equals((string?)h.Attribute("mac"), mac, StringComparison.OrdinalIgnoreCase)).Select(h => (string?)h.Attribute("ip"));
            var leased = network.IsActive ? network.GetDhcpLeases(mac).Select(l => l.IpAddress) : [];
            return [.. reserved.Concat(leased).OfType<string>().Distinct()];
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            return [];
        }
    }
}
