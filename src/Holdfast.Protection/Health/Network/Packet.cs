using System.Net;
using System.Net.Sockets;

namespace Holdfast.Protection.Health.Network;

/// <summary>A packet of a connection to an endpoint, as a firewall's rules see it.</summary>
/// <param name="Hook">output for the first one out, input for the answer.</param>
/// <param name="Address">The endpoint's address.</param>
/// <param name="Port">The endpoint's port.</param>
/// <param name="Interface">The interface that it passes; null where that isn't known.</param>
internal sealed record Packet(string Hook, IPAddress Address, int Port, string? Interface)
{
    public bool IsOut => Hook == "output";

    /// <summary>nftables' name of the address family.</summary>
    public string Family => Address.AddressFamily is AddressFamily.InterNetworkV6 ? "ip6" : "ip";

    /// <summary>Connection tracking's word for it.</summary>
    public string State => IsOut ? "new" : "established";
}
