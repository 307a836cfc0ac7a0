using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>A storage pool of a test's own.</summary>
internal sealed class Pool : IAsyncDisposable
{
    private Pool(string name, string path) => (Name, Path) = (name, path);

    public string Name { get; }

    public string Path { get; }

    public static async Task<Pool> CreateAsync(Host host)
    {
        var pool = new Pool(host.NewName("pool"), host.NewFolder("pool"));
        await Tool.VirshAsync("pool-create-as", pool.Name, "dir", "--target", pool.Path);
        return pool;
    }

    public async ValueTask DisposeAsync() => await Tool.VirshAsync("pool-destroy", Name);
}
