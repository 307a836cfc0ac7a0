using Microsoft.Win32.SafeHandles;

namespace Holdfast.Vault;

/// <summary>A temporary file, locked while it is written.</summary>
internal sealed class LocalUpload : ObjectUpload
{
    private const long WriteBackBytes = 8L << 20;

    private readonly LocalFolderStore _store;
    private readonly string _path;
    private readonly string _temporary;
    private readonly SafeFileHandle _file;
    private long _length;

    // Up to here the file is on the disk, and up to there it is being written.
    private long _out;
    private long _writing;

    public LocalUpload(LocalFolderStore store, string path, string temporaryFolder)
    {
        (_store, _path) = (store, path);
        while (true)
        {
            _temporary = Path.Combine(temporaryFolder, IdText.NewGuid().ToString("N"));
            var mode = File.OpenHandle(_temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            File.SetUnixFileMode(mode, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            // A cleaner may have taken the file for a dead writer's between its creation and its lock.
            if (File.Exists(_temporary))
            {
                _file = mode;
                return;
            }

            mode.Dispose();
        }
    }

    public override async ValueTask AppendAsync(ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        try
        {
            await RandomAccess.WriteAsync(_file, content, _length, ct);
            var before = _length;
            _length += content.Length;
            if (_length / WriteBackBytes > before / WriteBackBytes)
            {
                Posix.StartWriteBack(_file);
                // Nothing reads it soon, and the host's guests need the memory more. What comes next is written to the same pages, which are warm.
                if (_writing > _out && Posix.WriteOut(_file, _out, _writing - _out) is not 0 and var errno)
                {
                    throw StoreErrors.FromErrno(errno, $"Can't write {_path}");
                }

                (_out, _writing) = (_writing, _length);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreErrors.From(e, $"Can't write {_path}");
        }
    }

    public override ValueTask<CreateOutcome> CompleteAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        try
        {
            RandomAccess.FlushToDisk(_file);
            return new(_store.Publish(_temporary, _path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreErrors.From(e, $"Can't write {_path}");
        }
    }

    public override ValueTask DisposeAsync()
    {
        try
        {
            // Gone already if it was published by renaming.
            File.Delete(_temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A remain for the next clean-up.
        }

        _file.Dispose();
        return ValueTask.CompletedTask;
    }
}
