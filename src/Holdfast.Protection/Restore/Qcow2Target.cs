using Holdfast.Nbd;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Restore;

/// <summary>A new qcow2 image (version 3), written through a storage daemon, so that QEMU itself lays it out.</summary>
public sealed class Qcow2Target : ImageTarget
{
    private const int RequestsInFlight = 32;
    private readonly StorageDaemon _daemon;
    private readonly NbdClient _client;
    private bool _disposed;

    private Qcow2Target(StorageDaemon daemon, NbdClient client, string path, long sizeBytes, IProgress<long>? progress)
        : base(path, sizeBytes, progress) => (_daemon, _client) = (daemon, client);

    /// <summary>Makes the image, mode 0600, and opens it. INV-R4: an existing file is never opened.</summary>
    /// <exception cref="IOException">The file exists, or can't be made.</exception>
    /// <exception cref="StorageDaemonException">QEMU refused.</exception>
    /// <exception cref="NbdException">The connection failed.</exception>
    public static async Task<Qcow2Target> CreateAsync(string path, long sizeBytes, IProgress<long>? progress, CancellationToken ct)
    {
        // qemu-img replaces whatever is there, so the name is taken first.
        await using (var name = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            name.Close();
        }

        StorageDaemon? daemon = null;
        try
        {
            await QemuImage.CreateQcow2Async(path, sizeBytes, ct).ConfigureAwait(false);
            daemon = await StorageDaemon.StartAsync(ct).ConfigureAwait(false);
            await daemon.OpenImageAsync("image", path, "qcow2", writable: true, ct).ConfigureAwait(false);
            await daemon.ExportAsync("image", "image", writable: true, [], ct).ConfigureAwait(false);
            var client = await NbdClient.ConnectAsync(
                daemon.Endpoint, "image", new NbdClientOptions { MaxInFlight = RequestsInFlight }, ct).ConfigureAwait(false);
            return new Qcow2Target(daemon, client, path, sizeBytes, progress);
        }
        catch
        {
            if (daemon is not null)
                await daemon.DisposeAsync().ConfigureAwait(false);
            File.Delete(path);
            throw;
        }
    }

    /// <inheritdoc/>
    public override async Task CompleteAsync(CancellationToken ct)
    {
        await _client.FlushAsync(ct).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
        // The daemon writes qcow2's caches back when it closes the image; this makes that durable.
        using (var file = File.OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            RandomAccess.FlushToDisk(file);
        HostFile.SyncFolder(System.IO.Path.GetDirectoryName(Path)!);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _client.DisposeAsync().ConfigureAwait(false);
        await _daemon.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override ValueTask WriteDataAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken ct) =>
        _client.WriteAsync(offset, data, ct);
}
