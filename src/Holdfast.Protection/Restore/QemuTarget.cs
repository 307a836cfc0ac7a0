using System.Collections;
using Holdfast.Nbd;
using Holdfast.Protection.Node;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Restore;

/// <summary>A new image that is written through a storage daemon, so that QEMU itself lays it out and encrypts it: qcow2 (version 3), or LUKS as a whole.</summary>
public sealed class QemuTarget : ImageTarget
{
    private const int RequestsInFlight = 32;
    private const int ZeroingBytesMax = 16 << 20;
    private readonly StorageDaemon _daemon;
    private readonly NbdClient _client;
    private readonly BitArray? _written;
    private bool _disposed;

    private QemuTarget(StorageDaemon daemon, NbdClient client, string path, long sizeBytes, bool isNoise, IProgress<long>? progress)
        : base(path, sizeBytes, progress)
    {
        (_daemon, _client) = (daemon, client);
        _written = isNoise ? new BitArray((int)((sizeBytes + PieceBytes - 1) / PieceBytes)) : null;
    }

    /// <summary>Makes a qcow2 image, mode 0600, and opens it. INV-R4: an existing file is never opened.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sizeBytes">The disk's size.</param>
    /// <param name="encryption">The passphrase of its LUKS encryption; null for a plain one.</param>
    /// <param name="progress">Told the bytes written.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="IOException">The file exists, or can't be made.</exception>
    /// <exception cref="StorageDaemonException">QEMU refused.</exception>
    /// <exception cref="NbdException">The connection failed.</exception>
    public static Task<QemuTarget> CreateQcow2Async(
        string path, long sizeBytes, ImageEncryption? encryption, IProgress<long>? progress, CancellationToken ct) =>
        CreateAsync(path, "qcow2", sizeBytes, encryption, progress, ct);

    /// <summary>
    /// Makes an image that is LUKS as a whole, as <see cref="CreateQcow2Async"/> does. It has no holes: what isn't written would be noise to
    /// the guest, so the zeros are written, too.
    /// </summary>
    /// <inheritdoc cref="CreateQcow2Async"/>
    public static Task<QemuTarget> CreateLuksAsync(
        string path, long sizeBytes, ImageEncryption encryption, IProgress<long>? progress, CancellationToken ct) =>
        CreateAsync(path, "raw", sizeBytes, encryption, progress, ct);

    private static async Task<QemuTarget> CreateAsync(
        string path, string format, long sizeBytes, ImageEncryption? encryption, IProgress<long>? progress, CancellationToken ct)
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
            if (format == "qcow2")
                await QemuImg.CreateQcow2Async(path, sizeBytes, encryption, ct).ConfigureAwait(false);
            else
                await QemuImg.CreateLuksAsync(path, sizeBytes, encryption!, ct).ConfigureAwait(false);
            daemon = await StorageDaemon.StartAsync(ct).ConfigureAwait(false);
            await daemon.OpenImageAsync("image", path, format, writable: true, ct, encryption).ConfigureAwait(false);
            await daemon.ExportAsync("image", "image", writable: true, [], ct).ConfigureAwait(false);
            var client = await NbdClient.ConnectAsync(
                daemon.Endpoint, "image", new NbdClientOptions { MaxInFlight = RequestsInFlight }, ct).ConfigureAwait(false);
            return new QemuTarget(daemon, client, path, sizeBytes, isNoise: format != "qcow2", progress);
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
        if (_written is not null)
            await ZeroTheRestAsync(_written, ct).ConfigureAwait(false);
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
    protected override async ValueTask WriteDataAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        await _client.WriteAsync(offset, data, ct).ConfigureAwait(false);
        if (_written is null)
            return;
        lock (_written)
        {
            for (var piece = offset / PieceBytes; piece * PieceBytes < offset + data.Length; piece++)
                _written[(int)piece] = true;
        }
    }

    // Chunks begin at multiples of a piece, so a piece is written as a whole or not at all.
    private async Task ZeroTheRestAsync(BitArray written, CancellationToken ct)
    {
        var first = 0;
        while (first < written.Length)
        {
            var end = first;
            while (end < written.Length && !written[end] && (long)(end - first) * PieceBytes < ZeroingBytesMax)
                end++;
            if (end > first)
            {
                var offset = (long)first * PieceBytes;
                await _client.WriteZeroesAsync(
                    offset, Math.Min((long)end * PieceBytes, SizeBytes) - offset, NbdZeroing.NoHole, ct: ct).ConfigureAwait(false);
            }

            first = Math.Max(end, first + 1);
        }
    }
}
