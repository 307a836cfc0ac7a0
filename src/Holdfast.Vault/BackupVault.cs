using System.Runtime.CompilerServices;

namespace Holdfast.Vault;

/// <summary>
/// An open vault. Members may be called concurrently. (The class isn't called Vault because its namespace is.)
/// </summary>
public sealed partial class BackupVault : IAsyncDisposable
{
    private readonly ConfigStore _configs;
    private readonly ChunkPool _pool = new();
    private readonly PointCatalogue _points;
    private readonly RetentionStore _retention;
    private readonly NoteStore _notes;
    private readonly KeyRing _ring;
    private readonly DiskReader _reader;
    private volatile VaultConfig _config;

    private BackupVault(IObjectStore store, VaultConfig config, ConfigStore configs, VaultKeys keys, int keyGeneration, VaultOpenOptions options)
    {
        (Store, _config, _configs, Keys, Options) = (store, config, configs, keys, options);
        Cache = new CacheFolder(options.CacheDirectory, keys.Vault);
        Index = new VaultIndex(store, keys, Cache);
        Index.Reload = ct => RefreshAsync(ct);
        Frugal = new SpaceReserve(store);
        _points = new PointCatalogue(store, keys);
        StoreRetention = new StoreRetention(this, _points);
        StoreRetention.Follow(config.Immutability);
        _retention = new RetentionStore(Frugal, keys);
        _notes = new NoteStore(store, keys);
        _ring = new KeyRing(store, keys, keyGeneration, Names.KeysOf(keys.Vault), options.TimeProvider);
        _reader = new DiskReader(store, keys, Index, options);
        Sessions = new SessionRegistry(Frugal, keys, _points, options.TimeProvider, options.Writer);
    }

    /// <summary>Its id.</summary>
    public VaultId Id => Keys.Vault;

    internal IObjectStore Store { get; }

    /// <summary>The same store with the vault's reserve: for what frees space in the end.</summary>
    internal IObjectStore Frugal { get; }

    internal VaultKeys Keys { get; }

    internal VaultOpenOptions Options { get; }

    internal CacheFolder Cache { get; }

    internal VaultIndex Index { get; }

    internal SessionRegistry Sessions { get; }

    internal StoreRetention StoreRetention { get; }

    /// <summary>Makes a vault where there is nothing yet.</summary>
    /// <exception cref="VaultException">AlreadyExists: there is a vault, or something else; nothing was changed.</exception>
    public static async Task<VaultCreated> InitAsync(IObjectStore store, VaultInitOptions options, CancellationToken ct)
    {
        await foreach (var item in store.ListAsync("", ct))
        {
            // Keys alone are what an interrupted or a losing init leaves, and objects of a probe what an interrupted probe does.
            if (!item.Name.Value.StartsWith(Names.Keys, StringComparison.Ordinal) && !item.Name.Value.StartsWith(StoreProbe.Prefix, StringComparison.Ordinal))
            {
                throw AlreadyExists(store);
            }
        }

        var keys = new VaultKeys(VaultKeys.NewMaster(), VaultId.New());
        var now = options.TimeProvider.GetUtcNow();
        var recovery = RecoveryKey.Generate();
        var set = KeySet.Of(
            keys,
            [
                WrappedKey.Make(
                    keys.Vault, VaultCredential.FromPassphrase(options.Passphrase), keys.Master, options.PassphraseLabel, now, options.Iterations),
                WrappedKey.Make(keys.Vault, VaultCredential.FromRecoveryKey(recovery.ToString()), keys.Master, "recovery key", now, 0),
            ]);
        await GenerationalObject.TryWriteAsync(store, Names.KeysOf(keys.Vault), 1, set.ToBytes(), ct);
        if (!await GenerationalObject.TryWriteAsync(store, Names.Config, 1, VaultConfig.New(keys.Vault, now).ToBytes(keys), ct))
        {
            await GenerationalObject.DeleteAsync(store, Names.KeysOf(keys.Vault), 1, CancellationToken.None);
            throw AlreadyExists(store);
        }

        await SpaceReserve.FillAsync(store, ct);
        return new VaultCreated(keys.Vault, recovery);
    }

    /// <summary>Opens a vault. Its index is read when something first needs it.</summary>
    /// <exception cref="VaultException">NotAVault, WrongKey, Unsupported, ...</exception>
    public static async Task<BackupVault> OpenAsync(IObjectStore store, VaultCredential credential, VaultOpenOptions options, CancellationToken ct)
    {
        var (keys, generation, known) = await KeyRing.UnlockAsync(store, credential, ct);
        var configs = new ConfigStore(store, keys, known);
        var config = known?.Config ?? (await configs.ReadAsync(ct)).Config;
        config.Require(VaultOperation.Read);
        return new BackupVault(store, config, configs, keys, generation, options);
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

        var immutability = (await RequireAsync(VaultOperation.Read, ct)).Immutability;

        // The description is retained with all that a locked vault needs: it tells of the rest.
        var kept = immutability.State is ImmutabilityState.Locked
            ? await StoreRetention.KeptNowAsync(Names.Generation(Names.Config, (await _configs.ReadAsync(ct)).Generation, 'a'), ct)
            : null;
        return new VaultInfo(
            Id, _config.CreatedUtc, (await _points.ListAsync(null, ct)).Count, packs, packBytes, indexBytes, totalBytes,
            Index.Packs.Values.Count(p => !p.Healthy && !p.Condemned), (await Sessions.ListAsync(ct)).Count)
        {
            Immutability = immutability,
            StoreKeepsDates = kept is { IsFinal: true },
            StoreDatesAreRevocable = kept is { IsFinal: false },
        };
    }

    /// <summary>Begins a session that makes one point of the source.</summary>
    public Task<VaultSession> OpenSessionAsync(SourceId source, CancellationToken ct) => OpenSessionAsync(source, ChunkCompression.Default, ct);

    /// <summary>Begins a session that makes one point of the source, and compresses what is new as asked.</summary>
    public async Task<VaultSession> OpenSessionAsync(SourceId source, ChunkCompression compression, CancellationToken ct)
    {
        _config.Require(VaultOperation.Write);
        var point = PointId.New();
        try
        {
            // Also where the reply is lost: what was registered all the same has to go.
            await Sessions.RegisterAsync(Store, source, point, ct);
            // After the registration: who renews the keys later finds this session (INV-13), and what isn't known now of condemned packs waits for it (INV-11).
            await RequireAsync(VaultOperation.Write, ct);
            return new VaultSession(this, source, point, await LoadAsync(forWriting: true, ct), compression);
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

    /// <summary>How many chunks are worked on at the same time.</summary>
    public int Parallelism => Math.Max(1, Options.Parallelism);

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

    internal async Task<CommittedSessions> RefreshAsync(CancellationToken ct)
    {
        await _ring.RequireCurrentAsync(ct);
        return await LoadAsync(forWriting: false, ct);
    }

    /// <summary>INV-6: points before index. The keys were looked at just before.</summary>
    private Task<CommittedSessions> LoadAsync(bool forWriting, CancellationToken ct) => Index.RefreshAsync(_points.ListCommittedAsync, forWriting, ct);

    /// <summary>The vault's description as it is now, which has to allow the operation.</summary>
    private async Task<VaultConfig> RequireAsync(VaultOperation operation, CancellationToken ct)
    {
        await _ring.RequireCurrentAsync(ct);
        var before = _config.Immutability;
        (_config, _) = await _configs.ReadAsync(ct);
        if (_config.Immutability != before)
        {
            StoreRetention.Follow(_config.Immutability);
        }

        _config.Require(operation);
        return _config;
    }

    private static VaultException AlreadyExists(IObjectStore store) =>
        new(VaultErrorKind.AlreadyExists, $"There is a vault, or something else, in {store.Description}; nothing was changed.");

    /// <summary>A point made after the index was read last needs the index read again.</summary>
    private async Task KnowAsync(PointId? point, CancellationToken ct)
    {
        if (point is not { } id || !Index.IsCommittedKnown(id))
        {
            await RefreshAsync(ct);
        }
    }
}
