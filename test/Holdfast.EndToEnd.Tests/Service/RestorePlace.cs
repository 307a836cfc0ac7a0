using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>A storage pool and a network of the test's own, where restored VMs go. The network leads nowhere.</summary>
internal sealed class RestorePlace : IAsyncDisposable
{
    private RestorePlace(string pool, string path, string network) => (Pool, Path, Network) = (pool, path, network);

    public string Pool { get; }

    public string Path { get; }

    public string Network { get; }

    public static async Task<RestorePlace> CreateAsync(Host host)
    {
        var place = new RestorePlace(host.NewName("pool"), host.NewFolder("pool"), host.NewName("net"));
        await Tool.VirshAsync("pool-create-as", place.Pool, "dir", "--target", place.Path);
        var file = System.IO.Path.Combine(host.NewFolder("net"), "net.xml");
        await File.WriteAllTextAsync(file, $"<network><name>{place.Network}</name><bridge name='hf{Guid.NewGuid().ToString("N")[..10]}' stp='off'/></network>");
        await Tool.VirshAsync("net-create", file);
        return place;
    }

    public async ValueTask DisposeAsync()
    {
        await Tool.TryVirshAsync("net-destroy", Network);
        await Tool.TryVirshAsync("pool-destroy", Pool);
    }
}
