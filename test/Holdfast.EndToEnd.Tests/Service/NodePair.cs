using Holdfast.ControlPlane;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>Two nodes on one PostgreSQL and one store: b in this process, and a, which a test starts as a process of its own.</summary>
internal sealed class NodePair : IAsyncDisposable
{
    private readonly Node _cli;
    private readonly string _folder;
    private readonly string _database;

    private NodePair(ServiceNode b, Node cli, string folder, string database) => (B, _cli, _folder, _database) = (b, cli, folder, database);

    public ServiceNode B { get; }

    /// <summary>Node b with a protected VM that has its first point.</summary>
    public static async Task<NodePair> CreateAsync(Host host, PostgresServer postgres, string vm)
    {
        var folder = host.NewFolder("service");
        var database = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var b = await ServiceNode.StartAsync(new ControlPlaneOptions
        {
            DataFolder = Path.Combine(folder, "b"),
            NodeName = "b",
            Database = database,
            VaultsFolder = Path.Combine(folder, "vaults"),
            KeysFolder = Path.Combine(folder, "keys"),
        });
        await b.UseVaultAsync();
        await b.ProtectAsync(vm);
        var first = await b.BackUpAsync(vm);
        Assert.True(first.Status is JobStatus.Completed or JobStatus.CompletedWithWarnings, $"{first.Status}: {first.Error}");
        return new NodePair(b, Node.Unconnected(host), folder, database);
    }

    /// <summary>Starts node a, in the folder that it had before.</summary>
    public HoldfastProcess StartA(Dictionary<string, string> environment) => _cli.Start(
        environment, "serve", "--data", Path.Combine(_folder, "a"), "--database", _database, "--node-name", "a",
        "--vaults", Path.Combine(_folder, "vaults"), "--keys", Path.Combine(_folder, "keys"), "--listen", "127.0.0.1:0");

    /// <summary>Starts node a where libvirt's sockets aren't to be seen.</summary>
    public Task<ServedNode> StartBlindAAsync() => ServedNode.StartAsync(
        ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /run/libvirt && exec \"$@\"", "sh"], Path.Combine(_folder, "a"), new Dictionary<string, string>(),
        ["--database", _database, "--node-name", "a", "--vaults", Path.Combine(_folder, "vaults"), "--keys", Path.Combine(_folder, "keys")]);

    public ValueTask DisposeAsync() => B.DisposeAsync();
}
