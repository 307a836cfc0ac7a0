using System.Runtime.CompilerServices;

namespace Holdfast.Vault;

/// <summary>
/// An open vault. Members may be called concurrently. (The class isn't called Vault because its namespace is.)
/// </summary>
public sealed partial class BackupVault : IAsyncDisposable
{
    private readonly VaultConfig _config;
    private readonly ChunkPool _pool = new();
    private readonly PointCatalogue _points;
    private readonly RetentionStore _retention;
    private readonly KeyRing _ring;
    private readonly DiskReader _reader;

    private BackupVault(IObjectStore store, VaultConfig config, VaultKeys keys, VaultOpenOptions options)
    {
        (Store, _config, Keys, Options) = (store, config, keys, options);
        Cache = new CacheFolder(options.CacheDirectory, keys.Vault);
        Index = new VaultIndex(store, keys, Cache);
        _points = new PointCatalogue(store, keys);
        _retention = new RetentionStore(store, keys);
        _ring = new KeyRing(store, keys, KeysPrefix(keys.Vault), options.TimeProvider);
        _reader = new DiskReader(store, keys, Index, options);
        Sessions = new SessionRegistry(store, keys, _points, options.TimeProvider);
    }

    /// <summary>Its id.</summary>
    public VaultId Id => Keys.Vault;

    internal IObjectStore Store { get; }

    internal VaultKeys Keys { get; }

    internal VaultOpenOptions Options { get; }

    internal CacheFolder Cache { get; }

    internal VaultIndex Index { get; }

    internal SessionRegistry Sessions { get; }

    /// <summary>Makes a vault where there is nothing yet.</summary>
    /// <exception cref="VaultException">AlreadyExists: there is a vault, or something else; nothing was changed.</exception>
    public static async Task<VaultCreated> InitAsync(IObjectStore store, VaultInitOptions options, CancellationToken ct)
    {
        await foreach (var item in store.ListAsync("", ct))
        {
            // Keys alone are what an interrupted or a losing init leaves.
            if (!item.Name.Value.StartsWith(Names.Keys, StringComparison.Ordinal))
            {
                throw AlreadyExists(store);
            }
        }

        var keys = new VaultKeys(VaultKeys.NewMaster(), VaultId.New());
        var now = options.TimeProvider.GetUtcNow();
        var recovery = RecoveryKey.Generate();
        var set = new KeySet(
            keys.Vault,
            [
                WrappedKey.Make(
                    keys.Vault, VaultCredential.FromPassphrase(options.Passphrase), keys.Master, options.PassphraseLabel, now, options.Iterations),
                WrappedKey.Make(keys.Vault, VaultCredential.FromRecoveryKey(recovery.ToString()), keys.Master, "recovery key", now, 0),
            ]);
        await GenerationalObject.TryWriteAsync(store, KeysPrefix(keys.Vault), 1, set.ToBytes(), ct);
        if (!await GenerationalObject.TryWriteAsync(store, Names.Config, 1, VaultConfig.New(keys.Vault, now).ToBytes(keys), ct))
        {
            await GenerationalObject.DeleteAsync(store, KeysPrefix(keys.Vault), 1, CancellationToken.None);
            throw AlreadyExists(store);
        }

        return new VaultCreated(keys.Vault, recovery);
    }

    /// <summary>Opens a vault.</summary>
    /// <exception cref="VaultException">NotAVault, WrongKey, Unsupported, ...</exception>
    public static async Task<BackupVault> OpenAsync(IObjectStore store, VaultCredential credential, VaultOpenOptions options, CancellationToken ct)
    {
        var (config, _) = await GenerationalObject.ReadAsync(store, Names.Config, VaultConfig.BytesMax, VaultConfig.TryParse, ct);
        if (config is null)
        {
            throw new VaultException(VaultErrorKind.NotAVault, $"There is no vault in {store.Description}.");
        }

        config.Require(VaultOperation.Read);
        var (set, _) = await GenerationalObject.ReadAsync(
            store, KeysPrefix(config.Vault), KeySet.BytesMax, b => KeySet.TryParse(b) is { } s && s.Vault == config.Vault ? s : null, ct);
        if (set is null)
        {
            throw new VaultException(VaultErrorKind.Damaged, $"The key slots of the vault in {store.Description} are missing.") { ObjectName = Names.Keys };
        }

        if (set.Unlock(credential) is not { } master)
        {
            throw new VaultException(VaultErrorKind.WrongKey, $"This {Describe(credential.Kind)} doesn't open the vault in {store.Description}.");
        }

        var keys = new VaultKeys(master, config.Vault);
        await GenerationalObject.ReadAsync(
            store, Names.Config, VaultConfig.BytesMax, b => VaultConfig.IsAuthentic(b, keys) ? config : null, ct);
        var vault = new BackupVault(store, config, keys, options);
        try
        {
            await vault.RefreshAsync(ct);
            return vault;
        }
        catch
        {
            await vault.DisposeAsync();
            throw;
        }
    }

    /// <summary>The vault's figures.</summary>
    public async Task<VaultInfo> GetInfoAsync(CancellationToken ct)
    {
        await RefreshAsync(ct);
        long packs = 0, packBytes = 0, indexBytes = 0, totalBytes = 0;
        await foreach (var item in Store.ListAsync("", ct))
        {
            totalBytes += item.SizeBytes;
            if (item.Name.Value.StartsWith(Names.Packs, StringComparison.Ordinal))
            {
                packs++;
                packBytes += item.SizeBytes;
            }
            else if (item.Name.Value.StartsWith(Names.Index, StringComparison.Ordinal))
            {
                indexBytes += item.SizeBytes;
            }
        }

        return new VaultInfo(
            Id, _config.CreatedUtc, (await _points.ListAsync(null, ct)).Count, packs, packBytes, indexBytes, totalBytes,
            Index.Packs.Values.Count(p => !p.Healthy), (await Sessions.ListAsync(ct)).Count);
    }

    /// <summary>Begins a session that makes one point of the source.</summary>
    public async Task<VaultSession> OpenSessionAsync(SourceId source, CancellationToken ct)
    {
        _config.Require(VaultOperation.Write);
        var point = PointId.New();
        await Sessions.RegisterAsync(source, point, ct);
        try
        {
            await RefreshAsync(ct);
            return new VaultSession(this, source, point);
        }
        catch
        {
            await Sessions.UnregisterAsync(point, CancellationToken.None);
            throw;
        }
    }

    /// <summary>A buffer of one chunk, for a disk writer.</summary>
    public ChunkBuffer RentChunk(int chunkSizeBytes)
    {
        if (!DiskRules.IsChunkSize(chunkSizeBytes))
        {
            throw new ArgumentOutOfRangeException(nameof(chunkSizeBytes));
        }

        return _pool.Rent(chunkSizeBytes);
    }

    /// <summary>Reads an attachment whole.</summary>
    /// <exception cref="VaultException">AttachmentNotFound, Damaged.</exception>
    public async Task<byte[]> ReadAttachmentAsync(Point point, string name, CancellationToken ct)
    {
        var attachment = point.Attachments.FirstOrDefault(a => a.Name == name)
            ?? throw new VaultException(VaultErrorKind.AttachmentNotFound, $"Point {point.PointId} has no attachment {name}.");
        await KnowAsync(point.PointId, ct);
        return await _reader.ReadAttachmentAsync(point, attachment, ct);
    }

    /// <summary>Writes every chunk of a disk that isn't zero to the target.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="progress">Told the bytes of the disk that are done (zeros included), rising to its size.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="VaultException">Damaged: a chunk can't be read.</exception>
    public async Task CopyDiskToAsync(PointDisk disk, IDiskTarget target, IProgress<long>? progress, CancellationToken ct)
    {
        await KnowAsync(disk.Point, ct);
        await _reader.CopyAsync(disk, target, progress, ct);
    }

    /// <summary>Reads a chunk into the target, which is of the chunk size; bytes behind the disk's end are zero.</summary>
    /// <returns>False if the chunk is zeros (the target is cleared).</returns>
    public async Task<bool> ReadChunkAsync(PointDisk disk, long chunkIndex, Memory<byte> target, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(chunkIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(chunkIndex, disk.ChunkCount);
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.Length, disk.ChunkSizeBytes, nameof(target));
        await KnowAsync(disk.Point, ct);
        return await _reader.ReadChunkAsync(disk, chunkIndex, target, ct);
    }

    /// <summary>How many of a disk's chunks hold data (aren't zeros). Reads maps, not data; unreadable stretches count whole.</summary>
    public async Task<long> CountDataChunksAsync(PointDisk disk, CancellationToken ct)
    {
        await KnowAsync(disk.Point, ct);
        long count = 0;
        using var reader = new PackReader(Store, Keys);
        await foreach (var leaf in new MapReader(Index, reader).ReadAsync(disk, healthyOnly: false, ct))
        {
            if (leaf.Ids is null)
            {
                count += leaf.Count;
                continue;
            }

            for (var i = 0; i < leaf.Count; i++)
            {
                count += leaf[i].IsZero ? 0 : 1;
            }
        }

        return count;
    }

    /// <summary>The chunks that are absent from the index or lie in damaged or missing packs, ascending. Reads maps, not data.</summary>
    public async IAsyncEnumerable<ChunkRange> FindUnreadableChunksAsync(PointDisk disk, [EnumeratorCancellation] CancellationToken ct)
    {
        await RefreshAsync(ct);
        using var reader = new PackReader(Store, Keys);
        long first = 0, count = 0;
        await foreach (var leaf in new MapReader(Index, reader).ReadAsync(disk, healthyOnly: true, ct))
        {
            for (long i = 0; i < leaf.Count; i++)
            {
                if (leaf.Ids is null)
                {
                    i = leaf.Count - 1;
                }
                else if (leaf[(int)i].IsZero || Index.TryFind(leaf[(int)i], healthyOnly: true, out _))
                {
                    continue;
                }

                var (at, length) = leaf.Ids is null ? (leaf.FirstChunk, leaf.Count) : (leaf.FirstChunk + i, 1L);
                if (count > 0 && at != first + count)
                {
                    yield return new ChunkRange(first, count);
                    count = 0;
                }

                first = count == 0 ? at : first;
                count += length;
            }
        }

        if (count > 0)
        {
            yield return new ChunkRange(first, count);
        }

        foreach (var pack in Index.TakeUnrecordedDamage())
        {
            await DamageRecord.WriteAsync(Store, Keys, Options.TimeProvider, pack, "a map page in it can't be read", ct);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Index.Dispose();
        Cache.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>INV-6: points before index.</summary>
    internal async Task RefreshAsync(CancellationToken ct) => await Index.RefreshAsync(await _points.ListCommittedAsync(ct), ct);

    private static string KeysPrefix(VaultId vault) => $"{Names.Keys}{vault}/";

    private static VaultException AlreadyExists(IObjectStore store) =>
        new(VaultErrorKind.AlreadyExists, $"There is a vault, or something else, in {store.Description}; nothing was changed.");

    private static string Describe(KeySlotKind kind) => kind switch
    {
        KeySlotKind.Passphrase => "passphrase",
        KeySlotKind.RecoveryKey => "recovery key",
        _ => "key file",
    };

    /// <summary>A point made after the index was read last needs the index read again.</summary>
    private async Task KnowAsync(PointId? point, CancellationToken ct)
    {
        if (point is not { } id || !Index.IsCommittedKnown(id))
        {
            await RefreshAsync(ct);
        }
    }
}
