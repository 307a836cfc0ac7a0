using System.Net;

namespace Holdfast.Protection.Health.Network;

/// <summary>What this machine itself says about ways over the network.</summary>
/// <param name="Proxy">The proxy servers that the node uses, from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.</param>
/// <param name="OtherProxies">Proxy servers that the machine's other programs are told to use.</param>
/// <param name="ReadFirewallAsync">The firewall's rules; null where they can't be read.</param>
internal sealed record NetworkPlace(IWebProxy Proxy, Func<IReadOnlyList<Uri>> OtherProxies, Func<CancellationToken, Task<NftRuleset?>> ReadFirewallAsync)
{
    /// <summary>This machine, as the clients of the stores see it.</summary>
    public static NetworkPlace OfMachine { get; } = new(HttpClient.DefaultProxy, MachineProxies.Find, Firewall.ReadAsync);
}
