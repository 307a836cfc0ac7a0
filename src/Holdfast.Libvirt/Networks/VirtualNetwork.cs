using System.Runtime.InteropServices;
using System.Xml.Linq;
using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

/// <summary>A virtual network.</summary>
public sealed unsafe class VirtualNetwork : IDisposable
{
    private readonly NetworkHandle _handle;

    internal VirtualNetwork(NetworkHandle handle)
    {
        _handle = handle;
        Name = NativeCall.BorrowString(NativeLibvirt.virNetworkGetName(handle), nameof(NativeLibvirt.virNetworkGetName));
        Uuid = NativeCall.TakeUuid(uuid => NativeLibvirt.virNetworkGetUUID(handle, uuid), nameof(NativeLibvirt.virNetworkGetUUID));
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The UUID.</summary>
    public Guid Uuid { get; }

    /// <summary>It runs: domains can be attached.</summary>
    public bool IsActive => NativeCall.CheckBool(NativeLibvirt.virNetworkIsActive(_handle), nameof(NativeLibvirt.virNetworkIsActive));

    /// <summary>The bridge on the host; null for networks without one.</summary>
    public string? Bridge
    {
        get
        {
            var name = NativeLibvirt.virNetworkGetBridgeName(_handle);
            if (name == 0)
            {
                var error = NativeCall.LastError(nameof(NativeLibvirt.virNetworkGetBridgeName));
                return error.Domain is LibvirtErrorDomain.Network && error.Code is LibvirtErrorCode.InternalError ? null : throw error;
            }

            return NativeCall.TakeString(name, nameof(NativeLibvirt.virNetworkGetBridgeName));
        }
    }

    /// <summary>The network's XML as libvirt writes it.</summary>
    public string GetXml() => NativeCall.TakeString(NativeLibvirt.virNetworkGetXMLDesc(_handle, 0), nameof(NativeLibvirt.virNetworkGetXMLDesc));

    /// <summary>The DHCP leases that the network's dnsmasq gave out.</summary>
    /// <param name="mac">Only those of one MAC address.</param>
    public IReadOnlyList<DhcpLease> GetDhcpLeases(string? mac = null)
    {
        const string call = nameof(NativeLibvirt.virNetworkGetDHCPLeases);
        var count = NativeCall.Check(NativeLibvirt.virNetworkGetDHCPLeases(_handle, mac, out var leases, 0), call);
        try
        {
            var list = new List<DhcpLease>();
            for (var i = 0; i < count; i++)
            {
                var lease = leases[i];
                list.Add(new DhcpLease(
                    NativeCall.BorrowStringOrNull(lease->Mac) ?? "",
                    NativeCall.BorrowStringOrNull(lease->IpAddress) ?? "",
                    NativeCall.BorrowStringOrNull(lease->HostName),
                    lease->ExpiryTime > 0 ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(lease->ExpiryTime, 253402300799)) : null));
            }

            return list;
        }
        finally
        {
            for (var i = 0; i < count; i++)
            {
                NativeLibvirt.virNetworkDHCPLeaseFree(leases[i]);
            }

            NativeMemory.Free(leases);
        }
    }

    /// <summary>Reserves an IPv4 address for a MAC address, in the network's definition and, where it runs, at once.</summary>
    /// <param name="mac">The MAC address.</param>
    /// <param name="address">The address.</param>
    public void ReserveAddress(string mac, string address)
    {
        const uint addLast = 3;
        const uint dhcpHost = 4;
        var host = new XElement("host", new XAttribute("mac", mac), new XAttribute("ip", address)).ToString();
        NativeCall.Check(
            NativeLibvirt.virNetworkUpdate(_handle, addLast, dhcpHost, -1, host, IsActive ? 3u : 2u), nameof(NativeLibvirt.virNetworkUpdate));
    }

    /// <inheritdoc />
    public void Dispose() => _handle.Dispose();
}
