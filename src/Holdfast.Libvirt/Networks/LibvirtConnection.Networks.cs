using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    /// <summary>Lists networks, active or not.</summary>
    public IReadOnlyList<VirtualNetwork> ListNetworks() =>
        NativeCall.TakeList(
            (out nint* items) => NativeLibvirt.virConnectListAllNetworks(_handle, out items, 0),
            item => new VirtualNetwork(new NetworkHandle(item)),
            nameof(NativeLibvirt.virConnectListAllNetworks));

    /// <summary>Looks a network up by its name; null when there is none.</summary>
    /// <param name="name">The name.</param>
    public VirtualNetwork? FindNetwork(string name) =>
        NativeCall.CheckFound(NativeLibvirt.virNetworkLookupByName(_handle, name), nameof(NativeLibvirt.virNetworkLookupByName)) is { } handle
            ? new VirtualNetwork(handle) : null;
}
