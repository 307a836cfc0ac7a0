using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Nbd;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Sources;

/// <summary>
/// A qemu-storage-daemon of our own: opens image files with QEMU's locks and serves them over NBD on a unix socket in a private
/// folder. Driven over QMP on its standard streams, so no path ever passes a command line's quoting.
/// </summary>
public sealed class StorageDaemon : IAsyncDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan QuitTimeout = TimeSpan.FromSeconds(60);
    private readonly BoundProcess _process;
    private readonly DirectoryInfo _folder;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<ImageLock> _locks = [];

    private StorageDaemon(BoundProcess process, DirectoryInfo folder) => (_process, _folder) = (process, folder);

    /// <summary>The socket that exports are served on.</summary>
    public NbdEndpoint Endpoint => NbdEndpoint.Unix(Path.Combine(_folder.FullName, "nbd.sock"));

    /// <summary>Starts the daemon with an NBD server and no image yet.</summary>
    /// <exception cref="StorageDaemonException">It couldn't be started.</exception>
    public static async Task<StorageDaemon> StartAsync(CancellationToken ct)
    {
        // Mode 0700: whoever can open the socket reads the disk.
        var folder = Directory.CreateTempSubdirectory("holdfast-");
        StorageDaemon? daemon = null;
        try
        {
            var process = await BoundProcess.StartAsync(
                "qemu-storage-daemon", ["--chardev", "stdio,id=qmp", "--monitor", "chardev=qmp"]).ConfigureAwait(false);
            daemon = new StorageDaemon(process, folder);
            _ = await daemon.ReadAsync(ct).ConfigureAwait(false);
            await daemon.ExecuteAsync("qmp_capabilities", null, ct).ConfigureAwait(false);
            await daemon.ExecuteAsync("nbd-server-start", new JsonObject
            {
                ["addr"] = new JsonObject
                {
                    ["type"] = "unix",
                    ["data"] = new JsonObject { ["path"] = Path.Combine(folder.FullName, "nbd.sock") },
                },
                ["max-connections"] = 8,
            }, ct).ConfigureAwait(false);
            return daemon;
        }
        catch (Exception e)
        {
            if (daemon is not null)
                await daemon.DisposeAsync().ConfigureAwait(false);
            else
                folder.Delete(recursive: true);
            if (e is System.ComponentModel.Win32Exception)
                throw new StorageDaemonException("qemu-storage-daemon can't be started: " + e.Message, e);
            throw;
        }
    }

    /// <summary>Opens an image as node <paramref name="node"/>. Fails where a running VM or another tool holds its lock.</summary>
    /// <param name="node">The node's name.</param>
    /// <param name="path">The image file or block device.</param>
    /// <param name="format">qcow2 or raw: never probed here, a guest could have written a header.</param>
    /// <param name="writable">Whether the image is opened for writing (its metadata too).</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <param name="encryption">The passphrase of a LUKS image: a qcow2 one with encrypted clusters, or one that is LUKS as a whole ("raw").</param>
    /// <exception cref="StorageDaemonException">The daemon refused; the message is QEMU's.</exception>
    public async Task OpenImageAsync(
        string node, string path, string format, bool writable, CancellationToken ct, ImageEncryption? encryption = null)
    {
        var image = new JsonObject
        {
            ["node-name"] = node,
            ["driver"] = format,
            ["read-only"] = !writable,
            ["discard"] = "unmap",
            ["file"] = new JsonObject
            {
                ["driver"] = IsBlockDevice(path) ? "host_device" : "file",
                ["filename"] = path,
                ["locking"] = "on",
                ["discard"] = "unmap",
            },
        };
        if (encryption is not null)
        {
            var key = "key-" + node;
            await ExecuteAsync("object-add", new JsonObject
            {
                ["qom-type"] = "secret", ["id"] = key, ["format"] = "base64", ["data"] = Convert.ToBase64String(encryption.Passphrase.Span),
            }, ct).ConfigureAwait(false);
            if (format == "qcow2")
                image["encrypt"] = new JsonObject { ["format"] = "luks", ["key-secret"] = key };
            else
                (image["driver"], image["key-secret"]) = ("luks", key);
        }

        await ExecuteAsync("blockdev-add", image, ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Keeps everybody from writing to images while this daemon lives. QEMU's own locks don't, where it only reads: one that reads a raw image
    /// doesn't mind who writes to it, so its VM could start, and what is read would be of no instant.
    /// </summary>
    /// <param name="paths">Images that the daemon has open for reading, with those that they are based on.</param>
    /// <exception cref="StorageDaemonException">Somebody may write to one now (it counts as locked).</exception>
    public void KeepUnchanged(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        // A member of a chain that is no file of this host (a network's) has no such lock.
        foreach (var path in paths.Where(p => HostFile.SizeOf(p) is not null))
            _locks.Add(ImageLock.TryTakeForReading(path) ?? throw new StorageDaemonException($"Failed to get shared \"write\" lock: {path} is being written to"));
    }

    /// <summary>Serves node <paramref name="node"/> as export <paramref name="export"/>.</summary>
    /// <param name="node">A node opened before.</param>
    /// <param name="export">The NBD export's name.</param>
    /// <param name="writable">Whether clients may write.</param>
    /// <param name="bitmaps">Dirty bitmaps to show as meta contexts.</param>
    /// <param name="ct">Cancels the wait.</param>
    public Task ExportAsync(string node, string export, bool writable, IReadOnlyList<string> bitmaps, CancellationToken ct) =>
        ExecuteAsync("block-export-add", new JsonObject
        {
            ["type"] = "nbd",
            ["id"] = "export-" + node,
            ["node-name"] = node,
            ["name"] = export,
            ["writable"] = writable,
            ["bitmaps"] = new JsonArray([.. bitmaps.Select(b => (JsonNode)b)]),
        }, ct);

    /// <summary>Adds a persistent dirty bitmap that records from now on.</summary>
    public Task AddBitmapAsync(string node, string bitmap, CancellationToken ct) =>
        ExecuteAsync("block-dirty-bitmap-add", new JsonObject { ["node"] = node, ["name"] = bitmap, ["persistent"] = true }, ct);

    /// <summary>Removes a dirty bitmap.</summary>
    public Task RemoveBitmapAsync(string node, string bitmap, CancellationToken ct) =>
        ExecuteAsync("block-dirty-bitmap-remove", new JsonObject { ["node"] = node, ["name"] = bitmap }, ct);

    /// <summary>Ends an export and waits until it is gone.</summary>
    public Task UnexportAsync(string node, CancellationToken ct) =>
        ExecuteAsync("block-export-del", new JsonObject { ["id"] = "export-" + node, ["mode"] = "hard" }, ct);

    /// <summary>Ends the daemon: caches and persistent bitmaps are written back, locks released.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            using var timeout = new CancellationTokenSource(QuitTimeout);
            await ExecuteAsync("quit", null, timeout.Token).ConfigureAwait(false);
            await _process.Ended.WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StorageDaemonException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It is being ended anyway: what doesn't answer is killed below.
        }

        await _process.DisposeAsync().ConfigureAwait(false);
        foreach (var held in _locks)
            held.Dispose();
        _folder.Delete(recursive: true);
        _turn.Dispose();
    }

    private async Task<JsonElement> ExecuteAsync(string command, JsonObject? arguments, CancellationToken ct)
    {
        var request = new JsonObject { ["execute"] = command };
        if (arguments is not null)
            request["arguments"] = arguments;
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await _process.Input.WriteLineAsync(request.ToJsonString().AsMemory(), ct).ConfigureAwait(false);
            await _process.Input.FlushAsync(ct).ConfigureAwait(false);
            while (true)
            {
                var answer = await ReadAsync(ct).ConfigureAwait(false);
                if (answer.TryGetProperty("error", out var error))
                    throw new StorageDaemonException(error.GetProperty("desc").GetString() ?? command);
                if (answer.TryGetProperty("return", out var result))
                    return result;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<JsonElement> ReadAsync(CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(AnswerTimeout);
        var line = await _process.Output.ReadLineAsync(timeout.Token).ConfigureAwait(false);
        if (line is null)
            throw new StorageDaemonException("qemu-storage-daemon ended: " + (await _process.ReadErrorAsync(ct).ConfigureAwait(false)).Trim());
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    private static bool IsBlockDevice(string path) => path.StartsWith("/dev/", StringComparison.Ordinal);
}
