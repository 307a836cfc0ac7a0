namespace Holdfast.Vault;

/// <summary>The local folder of decrypted index data of one vault: this user's alone. INV-8: its content is never believed unchecked.</summary>
internal sealed class CacheFolder : IDisposable
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly bool _temporary;

    public CacheFolder(string? parent, VaultId vault)
    {
        _temporary = parent is null;
        try
        {
            Path = parent is null
                ? Directory.CreateTempSubdirectory("holdfast-").FullName
                : Directory.CreateDirectory(System.IO.Path.Combine(parent, vault.ToString()), Mode).FullName;
            Scratch = Directory.CreateDirectory(System.IO.Path.Combine(Path, "open"), Mode).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreErrors.From(e, "Can't use the cache folder");
        }
    }

    public string Path { get; }

    /// <summary>For what isn't committed yet.</summary>
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
        if (_temporary)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
