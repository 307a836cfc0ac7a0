using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Vault;

/// <summary>A store in a folder: an object is a file below it. Unfinished files are in its folder <c>.tmp</c>.</summary>
/// <remarks>
/// INV-1 holds by renameat2(RENAME_NOREPLACE), or link(2) where the file system hasn't that: never by looking first.
/// A temporary file is locked (flock) by its writer as long as it lives, so remains of dead ones can be told.
/// </remarks>
public sealed class LocalFolderStore : IObjectStore
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly ConcurrentDictionary<string, bool> _durableFolders = new();

    /// <summary>A store below this folder, which is created by the first object.</summary>
    public LocalFolderStore(string path) => Description = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    /// <inheritdoc/>
    public string Description { get; }

    private string TemporaryFolder => Path.Combine(Description, ".tmp");

    /// <inheritdoc/>
    public async ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        await using var upload = await BeginCreateAsync(name, ct);
        await upload.AppendAsync(content, ct);
        return await upload.CompleteAsync(ct);
    }

    /// <inheritdoc/>
    public ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        try
        {
            MakeDurableFolder(TemporaryFolder);
            return new(new LocalUpload(this, PathOf(name), TemporaryFolder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreErrors.From(e, $"Can't write {name} in {Description}");
        }
    }

    /// <inheritdoc/>
    public ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return new(Length(new FileInfo(PathOf(name))));
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A place that the disk can't read (EIO) is tried once more; then the object counts as ending there, which is damage to whoever reads it: one bad
    /// sector costs what lies in it, not the whole of a check or a listing.
    /// </remarks>
    public async ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct)
    {
        var error = OpenToRead(name, out var file);
        using var opened = file;
        if (error != 0)
        {
            return error is Posix.ENOENT or Posix.ENOTDIR ? -1
                : error == Posix.EIO ? 0
                : throw StoreErrors.FromErrno(error, $"Can't read {name} in {Description}");
        }

        try
        {
            var done = 0;
            while (done < target.Length)
            {
                var read = await ReadAtAsync(file, target[done..], offset + done, ct);
                if (read == 0)
                {
                    break;
                }

                done += read;
            }

            return done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreErrors.From(e, $"Can't read {name} in {Description}");
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var root = Path.Combine(Description, prefix);
        var folders = new Stack<DirectoryInfo>([new DirectoryInfo(root)]);
        while (folders.TryPop(out var folder))
        {
            ct.ThrowIfCancellationRequested();
            foreach (var entry in Entries(folder))
            {
                if (entry.Name.StartsWith('.') || entry.LinkTarget is not null)
                {
                    continue;
                }

                if (entry is DirectoryInfo below)
                {
                    folders.Push(below);
                }
                else if (ObjectName.TryParse(Path.GetRelativePath(Description, entry.FullName), out var name) && Length((FileInfo)entry) is { } size)
                {
                    yield return new StoredObject(name, size);
                }
            }
        }

        await Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(ObjectName name, CancellationToken ct) => await DeleteManyAsync([name], ct);

    /// <inheritdoc/>
    /// <remarks>The folders are synced when all are gone: a sync each would be most of a collection's time.</remarks>
    public ValueTask<IReadOnlyList<ObjectName>> DeleteManyAsync(IReadOnlyCollection<ObjectName> names, CancellationToken ct)
    {
        var folders = new HashSet<string>();
        foreach (var name in names)
        {
            ct.ThrowIfCancellationRequested();
            var path = PathOf(name);
            try
            {
                File.Delete(path);
                folders.Add(Path.GetDirectoryName(path)!);
            }
            catch (DirectoryNotFoundException)
            {
                // It isn't there: that is what was asked for.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StoreErrors.From(e, $"Can't delete {name} in {Description}");
            }
        }

        // A folder that is gone for good took its files with it.
        foreach (var changed in folders.Select(f => TryRemoveEmpty(f) ? Path.GetDirectoryName(f)! : f).ToHashSet())
        {
            if (Posix.SyncFolder(changed) is not (0 or Posix.ENOENT or Posix.ENOTDIR) and var error)
            {
                throw StoreErrors.FromErrno(error, $"Can't sync {changed}");
            }
        }

        return new([]);
    }

    /// <inheritdoc/>
    public ValueTask RemoveRemainsAsync(CancellationToken ct)
    {
        try
        {
            foreach (var path in Directory.Exists(TemporaryFolder) ? Directory.GetFiles(TemporaryFolder) : [])
            {
                ct.ThrowIfCancellationRequested();
                try
                {
                    // Opening for writing without sharing takes the lock, which fails while the file's writer lives.
                    using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                    File.Delete(path);
                }
                catch (IOException)
                {
                    // Locked: its writer is at work. Or gone meanwhile.
                }
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw StoreErrors.From(e, $"Can't clean up {Description}");
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Publishes a finished temporary file: exclusive and durable.</summary>
    internal CreateOutcome Publish(string temporary, string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        for (var attempt = 0; ; attempt++)
        {
            MakeDurableFolder(folder);
            var errno = Posix.RenameExclusively(temporary, path);
            if (errno is Posix.EINVAL or Posix.ENOSYS or Posix.EOPNOTSUPP)
            {
                errno = Posix.Link(temporary, path);
                if (errno is Posix.EPERM or Posix.EOPNOTSUPP or Posix.ENOSYS or Posix.EMLINK)
                {
                    throw new VaultException(
                        VaultErrorKind.Unsupported, $"The file system of {Description} has neither hard links nor renaming without replacing.");
                }
            }

            if (errno == Posix.ENOENT && attempt < 5)
            {
                // Somebody removed the folder, which was empty just now.
                _durableFolders.TryRemove(folder, out _);
                continue;
            }

            if (errno is not (0 or Posix.EEXIST))
            {
                throw StoreErrors.FromErrno(errno, $"Can't create {path}");
            }

            // Also when it was there before: its creator may not have come to the sync yet.
            var sync = Posix.SyncFolder(folder);
            return sync != 0 ? throw StoreErrors.FromErrno(sync, $"Can't sync {folder}")
                : errno == 0 ? CreateOutcome.Created
                : CreateOutcome.AlreadyExists;
        }
    }

    private int OpenToRead(ObjectName name, out SafeFileHandle file)
    {
        var error = Posix.OpenToRead(PathOf(name), out file);
        if (error == Posix.EIO)
        {
            file.Dispose();
            error = Posix.OpenToRead(PathOf(name), out file);
        }

        return error;
    }

    /// <summary>Reads some bytes; none at the end, and none where the disk can't read.</summary>
    private static async ValueTask<int> ReadAtAsync(SafeFileHandle file, Memory<byte> target, long offset, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RandomAccess.ReadAsync(file, target, offset, ct);
            }
            catch (IOException e) when (e.HResult == Posix.EIO)
            {
                if (attempt > 1)
                {
                    return 0;
                }
            }
        }
    }

    private static FileSystemInfo[] Entries(DirectoryInfo folder)
    {
        try
        {
            return folder.GetFileSystemInfos();
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreErrors.From(e, $"Can't list {folder.FullName}");
        }
    }

    /// <summary>A file's length; null if it isn't there, which is said only where the system says so: on that word others delete.</summary>
    private static long? Length(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or IOException { HResult: Posix.ENOTDIR })
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreErrors.From(e, $"Can't look at {file.FullName}");
        }
    }

    private string PathOf(ObjectName name) => Path.Combine(Description, name.Value);

    private void MakeDurableFolder(string folder)
    {
        if (_durableFolders.ContainsKey(folder))
        {
            return;
        }

        // Also a folder that is there: who made it may not have come to the sync yet.
        var unknown = new Stack<string>();
        for (var f = folder; !_durableFolders.ContainsKey(f) && (f.Length >= Description.Length || !Directory.Exists(f)); f = Path.GetDirectoryName(f)!)
        {
            unknown.Push(f);
        }

        foreach (var f in unknown)
        {
            Directory.CreateDirectory(f, FolderMode);
            // What is above the vault may be others' and not ours to open.
            if (Posix.SyncFolder(Path.GetDirectoryName(f)!) is not 0 and var error && f.Length > Description.Length)
            {
                throw StoreErrors.FromErrno(error, $"Can't sync {Path.GetDirectoryName(f)}");
            }

            _durableFolders[f] = true;
        }
    }

    /// <summary>Sessions have folders of their own, which go with their last object.</summary>
    private bool TryRemoveEmpty(string folder)
    {
        if (folder == Description)
        {
            return false;
        }

        try
        {
            _durableFolders.TryRemove(folder, out _);
            Directory.Delete(folder);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not empty, gone, or not ours to remove.
            return false;
        }
    }
}
