using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;
using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Protection.Health.Probes;

namespace Holdfast.Protection.Health.Checks;

/// <summary>The networks that the VM is on are there and run: a restored VM is attached to the same ones.</summary>
internal sealed class NetworksCheck() : HealthCheck<VmSubject>(HealthArea.Restore, "networks")
{
    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct) =>
        [.. (await subject.Probe.GetNetworksAsync().ConfigureAwait(false)).Select(n => n switch
        {
            { Exists: false } => HealthFinding.Of(n.Name, RestoreFaults.NetworkNotFound(n.Name, n.Available)),
            { IsActive: false } => HealthFinding.Of(n.Name, RestoreFaults.NetworkInactive(n.Name)),
            // A copy restored beside the VM has an address of its own.
            { Xml: { } xml } when Restore.NetworkFit.FullRange(XElement.Parse(xml), n.Leases, ["a new one"]) is { } range =>
                HealthFinding.Of($"{n.Name}, {range}", RestoreFaults.AddressRangeExhausted(n.Name, range)),
            _ => HealthFinding.Passed(n.Name),
        })];
}

/// <summary>The storage pools of the VM's disks run.</summary>
internal sealed class PoolsCheck() : HealthCheck<VmSubject>(HealthArea.Restore, "pools")
{
    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct) =>
        [.. (await subject.Probe.GetPoolsAsync().ConfigureAwait(false)).Select(p => p.Value switch
        {
            null => HealthFinding.Of(p.Key, RestoreFaults.PoolNotFound(p.Key, [])),
            false => HealthFinding.Of(p.Key, RestoreFaults.PoolInactive(p.Key)),
            true => HealthFinding.Passed(p.Key),
        })];
}

/// <summary>The guest gets its addresses by DHCP, and the network reserves them: a restored VM then comes back under the address that others know.</summary>
internal sealed class AddressesCheck() : HealthCheck<VmSubject>(HealthArea.Restore, "addresses", HealthNeeds.Agent)
{
    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        var networks = (await subject.Probe.GetNetworksAsync().ConfigureAwait(false))
            .Where(n => n is { IsActive: true, Xml: not null }).DistinctBy(n => n.Name).ToDictionary(n => n.Name, StringComparer.Ordinal);
        var xml = await subject.Probe.GetXmlAsync().ConfigureAwait(false);
        var attached = xml.Interfaces.Where(i => i is { Mac: not null, SourceNetwork: { } name } && networks.ContainsKey(name)).ToList();
        if (attached.Count == 0)
            return [];
        IReadOnlyList<GuestNetworkInterface> inGuest;
        try
        {
            inGuest = await subject.Probe.Agent.NetworkInterfacesAsync(ct).ConfigureAwait(false);
        }
        catch (GuestAgentException e)
        {
            return [HealthFinding.Unknown(e.Message)];
        }

        return [.. attached.SelectMany(i => Of(subject.Name, i.Mac!, networks[i.SourceNetwork!], inGuest))];
    }

    private static IEnumerable<HealthFinding> Of(string vm, string mac, NetworkLook network, IReadOnlyList<GuestNetworkInterface> inGuest)
    {
        var dhcp = XElement.Parse(network.Xml!).Elements("ip").Elements("dhcp").ToList();
        if (dhcp.Count == 0)
            yield break;
        var nic = inGuest.FirstOrDefault(n => string.Equals(n.HardwareAddress, mac, StringComparison.OrdinalIgnoreCase));
        var addresses = nic?.Addresses.Select(a => a.Address).Where(a => a.AddressFamily is AddressFamily.InterNetwork).ToList() ?? [];
        if (addresses.Count == 0)
        {
            yield return HealthFinding.Unknown($"{mac} has no address in the guest");
            yield break;
        }

        foreach (var address in addresses)
        {
            var reserved = dhcp.Elements("host").Any(h => Is(h.Attribute("ip"), address)
                && string.Equals((string?)h.Attribute("mac"), mac, StringComparison.OrdinalIgnoreCase));
            var leased = network.Leases.Any(l => string.Equals(l.Mac, mac, StringComparison.OrdinalIgnoreCase) && l.IpAddress == address.ToString());
            yield return leased
                ? reserved ? HealthFinding.Passed($"{address}, reserved")
                    : HealthFinding.Of($"{address}, not reserved", HealthFaults.AddressNotReserved(vm, mac, address.ToString(), network.Name))
                : HealthFinding.Of($"{address}, set in the guest", HealthFaults.StaticAddressInGuest(vm, nic!.Name, address.ToString()));
        }
    }

    private static bool Is(XAttribute? text, IPAddress address) => IPAddress.TryParse((string?)text, out var other) && other.Equals(address);
}
