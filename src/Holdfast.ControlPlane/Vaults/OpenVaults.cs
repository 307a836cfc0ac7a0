using System.Collections.Concurrent;
using Holdfast.Protection;
using Holdfast.Vault;

namespace Holdfast.ControlPlane.Vaults;

/// <summary>The stores that this node has opened. One <see cref="BackupVault"/> serves all who work on a vault, at the same time.</summary>
/// <param name="options">The node.</param>
/// <param name="places">What opens stores.</param>
/// <param name="keys">The vaults' keys.</param>
/// <param name="time">The clock.</param>
public sealed class OpenVaults(ControlPlaneOptions options, StorePlaces places, VaultKeyFiles keys, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, Lazy<Task<BackupVault>>> _open = [];

    /// <summary>The folder or URL that holds the stores, one for each vault, named by its id.</summary>
    public string StoresFolder { get; } = StorePlaces.Full(options.VaultsFolder ?? Path.Combine(options.DataFolder, "vaults"));

    /// <summary>Makes key and store of a new vault.</summary>
    /// <returns>The store's place.</returns>
    public async Task<string> CreateAsync(Guid vault, CancellationToken ct)
    {
        var path = StorePlaces.Below(StoresFolder, vault.ToString("D"));
        if (!StorePlaces.IsUrl(path))
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var secret = keys.Create(vault);
        // The recovery key that is made with a store isn't kept: the key file is the copy that an administrator keeps elsewhere.
        await FaultMapping.GuardAsync(
            async () =>
            {
                var store = places.Open(path);
                await ProbeRecord.EnsureAsync(StoresFolder, places.Open(StoresFolder), CacheFolder(), time, ct).ConfigureAwait(false);
                await BackupVault.InitAsync(
                    store, new VaultInitOptions { Passphrase = secret, PassphraseLabel = "service", TimeProvider = time }, ct).ConfigureAwait(false);
            },
            new FaultSubject { VaultPlace = path }).ConfigureAwait(false);
        return path;
    }

    /// <summary>Opens a vault, or hands out the one that is open.</summary>
    /// <exception cref="Faults.FaultException">Its key or its store can't be read.</exception>
    public Task<BackupVault> OpenAsync(VaultRow vault, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        return OpenAsync(vault.VaultId, vault.StorePath, vault.Name, ct);
    }

    /// <summary>Opens a store whose vault the database may not know.</summary>
    public async Task<BackupVault> OpenAsync(Guid vault, string storePath, string name, CancellationToken ct)
    {
        // Opening isn't cancelled with the first who asked: others may wait for the same.
        var opening = _open.GetOrAdd(vault, id => new Lazy<Task<BackupVault>>(() => OpenCoreAsync(id, storePath, name)));
        try
        {
            return await opening.Value.WaitAsync(ct).ConfigureAwait(false);
        }
        catch when (opening.Value.IsFaulted)
        {
            _open.TryRemove(KeyValuePair.Create(vault, opening));
            throw;
        }
    }

    /// <summary>Whether a vault's store is there, and opens with its key.</summary>
    public async Task<bool> IsUsableAsync(VaultRow vault, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        try
        {
            // An open vault isn't proof of its store: a file system may have been unmounted under it.
            if (!StorePlaces.IsUrl(vault.StorePath)
                && (!Directory.Exists(vault.StorePath) || !Directory.EnumerateFileSystemEntries(vault.StorePath).Any()))
            {
                return false;
            }

            var store = await OpenAsync(vault, ct).ConfigureAwait(false);
            if (StorePlaces.IsUrl(vault.StorePath))
                _ = await store.ReadNoteAsync(VaultNote.Name, ct).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is Faults.FaultException or VaultException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Closes a vault that was deleted, and removes its store and its key.</summary>
    public async Task DeleteAsync(VaultRow vault)
    {
        ArgumentNullException.ThrowIfNull(vault);
        await CloseAsync(vault.VaultId).ConfigureAwait(false);
        if (StorePlaces.IsUrl(vault.StorePath))
            await FaultMapping.GuardAsync(() => DeleteObjectsAsync(vault.StorePath), new FaultSubject { VaultPlace = vault.StorePath }).ConfigureAwait(false);
        else if (Directory.Exists(vault.StorePath))
            Directory.Delete(vault.StorePath, recursive: true);
        keys.Delete(vault.VaultId);
    }

    /// <summary>The stores that there are, known or not: by the ids of their vaults.</summary>
    public async Task<IReadOnlyList<(Guid Vault, string Place)>> FindStoresAsync(CancellationToken ct)
    {
        var names = new List<string>();
        if (!StorePlaces.IsUrl(StoresFolder))
        {
            if (Directory.Exists(StoresFolder))
                names.AddRange(Directory.EnumerateDirectories(StoresFolder).Select(p => Path.GetFileName(p)));
        }
        else if (StorePlaces.Innermost(places.Open(StoresFolder)) is IFolderListing remote)
        {
            await FaultMapping.GuardAsync(
                async () =>
                {
                    await foreach (var name in remote.ListFoldersAsync(ct).ConfigureAwait(false))
                        names.Add(name);
                },
                new FaultSubject { VaultPlace = StoresFolder }).ConfigureAwait(false);
        }

        return
        [
            .. names.Order(StringComparer.Ordinal).Where(n => Guid.TryParseExact(n, "D", out _))
                .Select(n => (Guid.ParseExact(n, "D"), StorePlaces.Below(StoresFolder, n))),
        ];
    }

    /// <summary>Closes a vault if it is open.</summary>
    public async Task CloseAsync(Guid vault)
    {
        if (_open.TryRemove(vault, out var opening) && opening.Value.IsCompletedSuccessfully)
            await (await opening.Value.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var vault in _open.Keys)
            await CloseAsync(vault).ConfigureAwait(false);
    }

    private Task<BackupVault> OpenCoreAsync(Guid vault, string path, string name)
    {
        var cache = CacheFolder();
        return FaultMapping.GuardAsync(
            () => BackupVault.OpenAsync(
                places.Open(path), VaultCredential.FromPassphrase(keys.Read(vault, name)),
                new VaultOpenOptions { CacheDirectory = cache, TimeProvider = time }, CancellationToken.None),
            new FaultSubject { VaultPlace = path });
    }

    private string CacheFolder()
    {
        var cache = Path.Combine(Path.GetFullPath(options.DataFolder), "cache");
        Directory.CreateDirectory(cache, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return cache;
    }

    private async Task DeleteObjectsAsync(string place)
    {
        var store = places.Open(place);
        var names = new List<ObjectName>();
        await foreach (var item in store.ListAsync("", CancellationToken.None).ConfigureAwait(false))
            names.Add(item.Name);
        foreach (var name in names)
            await store.DeleteAsync(name, CancellationToken.None).ConfigureAwait(false);
    }
}
