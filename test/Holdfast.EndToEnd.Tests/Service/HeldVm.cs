using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>A protected VM on storage that stands still at will, in a user's own libvirt, with a node of that user's.</summary>
public sealed class HeldVm(Host host) : IAsyncLifetime
{
    // Chunks that differ from the last point, each of which is read from the slow storage for the most part.
    private const int ChangedChunks = 48;
    private const int ChunkKiB = 256;

    private BareVm? _vm;
    private HeldStorage? _storage;

    /// <summary>The libvirt.</summary>
    public UserLibvirt Libvirt { get; private set; } = null!;

    /// <summary>What the VM's disk is based on.</summary>
    public HeldStorage Storage => _storage!;

    /// <summary>The VM, which runs.</summary>
    public BareVm Vm => _vm!;

    /// <summary>The node.</summary>
    public ServedNode Node { get; private set; } = null!;

    /// <summary>The API, about the VM, which has its first point.</summary>
    internal ApiClient Api { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Libvirt = await UserLibvirt.StartAsync();
        _storage = await HeldStorage.StartAsync(host, Libvirt, "delay", "rdelay=2");
        _vm = await BareVm.DefineAsync(host, new GuestSpec(HeldStorage.Disk) { Libvirt = Libvirt });
        await Storage.PutUnderAsync(Vm);
        await Vm.StartAsync();
        var folder = host.NewFolder("served");
        await Libvirt.GiveAsync(folder);
        Node = await ServedNode.StartAsync(folder, Libvirt);
        Api = new ApiClient(Node, await Node.TokenAsync(Node.InitialCredential()), Vm.Name);
        await Api.ProtectAsync();
        await BackUpAsync();
    }

    /// <summary>Backs up, to the end; gives the job's properties.</summary>
    public async Task<System.Text.Json.Nodes.JsonNode> BackUpAsync()
    {
        var job = (await Api.BackUpAsync())["properties"]!;
        Assert.True(((string)job["status"]!).StartsWith("Completed", StringComparison.Ordinal), job.ToJsonString());
        return job;
    }

    /// <summary>Begins a backup and holds the storage while it reads; gives the job's name.</summary>
    public async Task<string> BeginHeldBackupAsync()
    {
        for (var i = 0; i < ChangedChunks; i++)
            await Vm.WriteAsync("vda", i * ChunkKiB, 4, 0x5a);
        var job = await Api.BeginBackupAsync();
        await Eventually.TrueAsync("the transfer has begun", async () => await TransferOfAsync(job) == "InProgress");
        await Storage.HoldAsync();
        Assert.Equal("InProgress", await TransferOfAsync(job));
        return job;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Node is not null)
            await Node.DisposeAsync();
        if (_vm is not null)
            await _vm.DisposeAsync();
        if (_storage is not null)
            await _storage.DisposeAsync();
        if (Libvirt is not null)
            await Libvirt.DisposeAsync();
    }

    private async Task<string?> TransferOfAsync(string job) =>
        (string?)(await Api.JobAsync(job))["properties"]!["extendedInfo"]!["tasksList"]!.AsArray().Single(t => (string)t!["taskId"]! == "Transfer data to vault")!["status"];
}
