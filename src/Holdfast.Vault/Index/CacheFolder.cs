using Microsoft.Win32.SafeHandles;

namespace Holdfast.Vault;

/// <summary>The local folder of decrypted index data of one vault: this user's alone. INV-8: its content is never believed unchecked.</summary>
/// <remarks>
/// Processes share it. What is in the making lies in a folder of its maker's own, beside a file that the maker holds locked (flock) as long as it lives:
/// what is found unlocked was left by one that was killed.
/// </remarks>
internal sealed class CacheFolder : IDisposable
{
    private const string LockEnding = ".lock";
    private const int AttemptsMax = 8;
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly bool _temporary;
    private readonly SafeFileHandle _life;

    public CacheFolder(string? parent, VaultId vault)
    {
        _temporary = parent is null;
        try
        {
            Path = parent is null
                ? Directory.CreateTempSubdirectory("holdfast-").FullName
                : Directory.CreateDirectory(System.IO.Path.Combine(parent, vault.ToString()), Mode).FullName;
            var open = Directory.CreateDirectory(System.IO.Path.Combine(Path, "open"), Mode).FullName;
            RemoveLeft(open);
            (Scratch, _life) = Begin(open);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreErrors.From(e, "Can't use the cache folder");
        }
    }

    public string Path { get; }

    /// <summary>For what isn't committed yet, and for what is being written: this object's alone, and gone with it.</summary>
    public string Scratch { get; }

    /// <summary>Opens the files that are whole; the others are deleted and made anew from the vault.</summary>
    public IEnumerable<SegmentFile> OpenAll(VaultKeys keys)
    {
        foreach (var path in Directory.GetFiles(Path, "*.idx"))
        {
            if (SegmentFile.TryOpen(path, keys) is { } file)
            {
                yield return file;
            }
            else
            {
                File.Delete(path);
            }
        }
    }

    public void Dispose()
    {
        if (_life.IsClosed)
        {
            return;
        }

        try
        {
            Remove(Scratch + LockEnding);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start finds it unlocked.
        }

        _life.Dispose();
        if (_temporary)
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    /// <summary>Makes a folder of a new name; its lock is there before it.</summary>
    private static (string Folder, SafeFileHandle Life) Begin(string open)
    {
        for (var attempt = 1; ; attempt++)
        {
            var folder = System.IO.Path.Combine(open, IdText.NewGuid().ToString("N"));
            try
            {
                var life = File.OpenHandle(folder + LockEnding, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
                if (File.Exists(folder + LockEnding))
                {
                    Directory.CreateDirectory(folder, Mode);
                    return (folder, life);
                }

                life.Dispose();
            }
            catch (IOException) when (attempt < AttemptsMax)
            {
                // As below; or the folder can't be written, and fails again.
            }

            // Somebody else took it for left before it was locked.
        }
    }

    private static void RemoveLeft(string open)
    {
        foreach (var life in Directory.GetFiles(open, "*" + LockEnding))
        {
            try
            {
                // Opening for writing without sharing takes the lock, which fails while its owner lives.
                using var left = File.OpenHandle(life, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                Remove(life);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Its owner is at work, or another user. Or it is gone meanwhile.
            }
        }
    }

    /// <summary>Removes a folder, and at last its lock, which the caller holds.</summary>
    private static void Remove(string life)
    {
        var folder = life[..^LockEnding.Length];
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        File.Delete(life);
    }
}
