using System.Globalization;
using System.Security.Cryptography;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>A storage pool and a network of the test's own, where restored VMs go. The network leads nowhere.</summary>
internal sealed class RestorePlace : IAsyncDisposable
{
    private readonly string _subnet = string.Create(CultureInfo.InvariantCulture, $"10.{RandomNumberGenerator.GetInt32(200, 250)}.{RandomNumberGenerator.GetInt32(1, 255)}");

    private RestorePlace(string pool, string path, string network) => (Pool, Path, Network) = (pool, path, network);

    public string Pool { get; }

    public string Path { get; }

    public string Network { get; }

    /// <summary>Makes both.</summary>
    /// <param name="host">Where.</param>
    /// <param name="dhcp">The network's <c>dhcp</c> element with SUBNET for the first three numbers of its addresses; null for a network without addresses.</param>
    public static async Task<RestorePlace> CreateAsync(Host host, string? dhcp = null)
    {
        var place = new RestorePlace(host.NewName("pool"), host.NewFolder("pool"), host.NewName("net"));
        await Tool.VirshAsync("pool-create-as", place.Pool, "dir", "--target", place.Path);
        var file = System.IO.Path.Combine(host.NewFolder("net"), "net.xml");
        var ip = dhcp is null ? "" : $"<ip address='SUBNET.1' netmask='255.255.255.0'>{dhcp}</ip>".Replace("SUBNET", place._subnet, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, $"<network><name>{place.Network}</name><bridge name='hf{Guid.NewGuid().ToString("N")[..10]}' stp='off'/>{ip}</network>");
        await Tool.VirshAsync("net-create", file);
        return place;
    }

    /// <summary>Gives the reservation of an address to another MAC address.</summary>
    public async Task ReserveInsteadAsync(string mac, string other, string last)
    {
        await Tool.VirshAsync("net-update", Network, "delete", "ip-dhcp-host", $"<host mac='{mac}' ip='{_subnet}{last}'/>", "--live");
        await Tool.VirshAsync("net-update", Network, "add", "ip-dhcp-host", $"<host mac='{other}' ip='{_subnet}{last}'/>", "--live");
    }

    public async ValueTask DisposeAsync()
    {
        await Tool.TryVirshAsync("net-destroy", Network);
        await Tool.TryVirshAsync("pool-destroy", Pool);
    }
}
