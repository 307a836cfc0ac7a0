using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Restore;

/// <summary>
/// A journal on disk, locked by the process whose restore it is. The lock ends with that process, so a journal that can be locked
/// belongs to a dead restore.
/// </summary>
public sealed class RestoreJournalFile : IDisposable
{
    private const int JournalBytesMax = 16 * 1024 * 1024;
    private readonly string _path;
    private readonly FileStream _lock;

    private RestoreJournalFile(string path, FileStream fileLock, RestoreJournal journal) => (_path, _lock, Journal) = (path, fileLock, journal);

    /// <summary>Where it lies.</summary>
    public string FilePath => _path;

    /// <summary>What is on disk.</summary>
    public RestoreJournal Journal { get; private set; }

    /// <summary>A fresh id.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));

    /// <summary>Where the journal of a restore lies.</summary>
    public static string PathOf(NodePaths paths, string id)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Path.Combine(Path.GetFullPath(paths.State), "restores", id + ".json");
    }

    /// <summary>Writes a new journal and locks it.</summary>
    public static RestoreJournalFile Create(NodePaths paths, RestoreJournal journal)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(journal);
        PrivateFolder.Create(paths.State, "restores");
        var path = PathOf(paths, journal.Id);
        var file = new RestoreJournalFile(path, Lock(path) ?? throw new IOException($"{path} is locked."), journal);
        file.Save(journal);
        return file;
    }

    /// <summary>The journals of restores whose process is gone, locked.</summary>
    /// <param name="paths">The node's folders.</param>
    /// <param name="unreadable">Takes journals that can't be read, and why: they are left where they are.</param>
    public static IEnumerable<RestoreJournalFile> TakeDead(NodePaths paths, ICollection<(string Path, string Reason)> unreadable)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(unreadable);
        var folder = Path.Combine(paths.State, "restores");
        if (!Directory.Exists(folder))
            yield break;
        foreach (var path in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            RestoreJournalFile? file;
            try
            {
                if ((file = TryTake(path, out _)) is null)
                    continue;
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                unreadable.Add((path, e.Message));
                continue;
            }

            yield return file;
        }
    }

    /// <summary>Locks one journal; null where there is none, or its restore is alive.</summary>
    /// <param name="path">The journal.</param>
    /// <param name="isHeld">Whether a living process holds it.</param>
    /// <exception cref="InvalidDataException">It can't be read.</exception>
    public static RestoreJournalFile? TryTake(string path, out bool isHeld)
    {
        isHeld = false;
        if (!File.Exists(path))
            return null;
        if (Lock(path) is not { } fileLock)
        {
            isHeld = true;
            return null;
        }

        // Before the lock was taken its owner may have ended well.
        if (!File.Exists(path))
        {
            Release(path, fileLock);
            return null;
        }

        try
        {
            return new RestoreJournalFile(path, fileLock, Read(path));
        }
        catch
        {
            fileLock.Dispose();
            throw;
        }
    }

    /// <summary>Replaces what is on disk, durably and at once.</summary>
    public void Save(RestoreJournal journal)
    {
        HostFile.WriteDurably(_path, JsonSerializer.SerializeToUtf8Bytes(journal, RestoreJournalContext.Default.RestoreJournal));
        Journal = journal;
    }

    /// <summary>Removes the journal: the restore is over.</summary>
    public void Remove()
    {
        HostFile.Delete(_path);
        Release(_path, _lock);
    }

    /// <summary>Releases the lock; the journal stays if it wasn't removed.</summary>
    public void Dispose() => _lock.Dispose();

    private static RestoreJournal Read(string path)
    {
        if (new FileInfo(path).Length > JournalBytesMax)
            throw new InvalidDataException($"{path} is too large for a restore journal.");
        try
        {
            var journal = JsonSerializer.Deserialize(File.ReadAllBytes(path), RestoreJournalContext.Default.RestoreJournal);
            return journal is { Format: 1, Items: not null } ? journal : throw new InvalidDataException($"{path} is of a newer format.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} can't be read: {e.Message}", e);
        }
    }

    private static FileStream? Lock(string journalPath)
    {
        try
        {
            return new FileStream(journalPath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException))
        {
            return null;
        }
    }

    private static void Release(string journalPath, FileStream fileLock)
    {
        File.Delete(journalPath + ".lock");
        fileLock.Dispose();
    }
}
