using Holdfast.Protection.Node;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Protection.Restore;

/// <summary>A sparse raw file.</summary>
public sealed class RawFileTarget : ImageTarget
{
    private const long WriteBackBytes = 32L << 20;
    private readonly SafeFileHandle _file;
    private long _dirtyBytes;

    private RawFileTarget(SafeFileHandle file, string path, long sizeBytes, IProgress<long>? progress)
        : base(path, sizeBytes, progress) => _file = file;

    /// <summary>Whether the file system keeps holes; else the image takes its whole size.</summary>
    public bool IsSparse { get; private init; }

    /// <summary>Makes the file, mode 0600. INV-R4: an existing file is never opened.</summary>
    /// <exception cref="IOException">The file exists, or can't be made.</exception>
    public static RawFileTarget Create(string path, long sizeBytes, IProgress<long>? progress = null)
    {
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, FileOptions.Asynchronous);
        try
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            RandomAccess.SetLength(file, sizeBytes);
            // A file system without holes (FAT) allocates, and zeroes, the whole length at once.
            var sparse = sizeBytes < 1024 * 1024 || HostFile.Look(path) is not { } info || info.AllocatedBytes < sizeBytes / 2;
            return new RawFileTarget(file, path, sizeBytes, progress) { IsSparse = sparse };
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task CompleteAsync(CancellationToken ct) => Task.Run(
        () =>
        {
            RandomAccess.FlushToDisk(_file);
            HostFile.SyncFolder(System.IO.Path.GetDirectoryName(Path)!);
        },
        ct);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async ValueTask WriteDataAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        await RandomAccess.WriteAsync(_file, data, offset, ct).ConfigureAwait(false);
        var dirty = Interlocked.Add(ref _dirtyBytes, data.Length);
        // One of the concurrent callers, the one that crosses the mark.
        if (dirty / WriteBackBytes > (dirty - data.Length) / WriteBackBytes)
            HostFile.StartWriteBack(_file);
    }
}
