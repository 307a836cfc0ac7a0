using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Vault;

/// <summary>
/// What a session stores: two packs at a time (data, map pages), the ids of what it stored, and index segments that are
/// written in parts. The pipeline's last stage is its only caller, but look-ups come from everywhere.
/// </summary>
internal sealed class SessionStore : IMapPages, IAsyncDisposable
{
    private readonly IObjectStore _store;
    private readonly VaultKeys _keys;
    private readonly VaultIndex _index;
    private readonly VaultOpenOptions _options;
    private readonly CacheFolder _cache;
    private readonly PointId _session;
    private readonly ObjectName _pointName;
    private readonly SegmentSet _flushed;
    private readonly PackReader _reader;
    private readonly MapReader _maps;
    private readonly StringBuilder _sums = new();
    private readonly Lock _recentLock = new();
    private readonly Dictionary<UInt128, IndexEntry> _recent = [];
    private readonly List<PackInfo> _recentPacks = [];
    private readonly Slot _data = new(PackKind.Data);
    private readonly Slot _map = new(PackKind.Map);
    private readonly byte[] _pageOut = GC.AllocateUninitializedArray<byte>(MapShape.PageBytes);
    private long _storedBytes;

    public SessionStore(
        IObjectStore store, VaultKeys keys, VaultIndex index, VaultOpenOptions options, CacheFolder cache, SourceId source, PointId session)
    {
        _pointName = Names.Point(source, session);
        (_store, _keys, _index, _options, _cache, _session) = (store, keys, index, options, cache, session);
        _flushed = new SegmentSet(cache.Scratch, cache.Scratch, keys);
        _reader = new PackReader(store, keys);
        _maps = new MapReader(index, _reader);
    }

    /// <summary>Bytes of finished packs and segments, and of what is sealed so far.</summary>
    public long StoredBytes => Volatile.Read(ref _storedBytes) + (_data.Writer?.LengthBytes ?? 0) + (_map.Writer?.LengthBytes ?? 0);

    /// <summary>Whether a chunk needn't be stored: this session has it, or a healthy pack of a committed one that isn't condemned (INV-7, INV-11).</summary>
    public bool Has(in ChunkId id)
    {
        lock (_recentLock)
        {
            if (_recent.ContainsKey(id.Prefix))
            {
                return true;
            }
        }

        return _flushed.HasReusable(id) || _index.HasReusable(id);
    }

    /// <summary>Stores a chunk, unless it is there by now.</summary>
    /// <returns>Whether it was new.</returns>
    public async ValueTask<bool> StoreAsync(ChunkId id, int plainBytes, byte compression, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        if (Has(id))
        {
            return false;
        }

        await AppendAsync(_data, id, plainBytes, compression, payload, ct);
        return true;
    }

    public async ValueTask<bool> TryReadAsync(ChunkId id, Memory<byte> page, CancellationToken ct)
    {
        if (await _maps.TryReadPageAsync(id, healthyOnly: false, page, ct))
        {
            return true;
        }

        // Of a revoked session's base nothing needs to be there any more: that isn't damage.
        return await _store.GetSizeAsync(_pointName, ct) is null
            ? false
            : throw new VaultException(VaultErrorKind.SessionRevoked, $"The session of point {_session} was revoked; nothing was committed.");
    }

    public bool IsHealthy(in ChunkId id) => Has(id);

    async ValueTask<ChunkId> IMapPages.StoreAsync(ReadOnlyMemory<byte> page, CancellationToken ct)
    {
        if (page.Span.IndexOfAnyExcept((byte)0) < 0)
        {
            return ChunkId.Zero;
        }

        var id = IdOf(_keys.PageId, page.Span);
        if (!Has(id))
        {
            var length = _reader.Zstd.Compress(page.Span, _pageOut.AsSpan(0, CompressedBytesMax(page.Length)));
            await AppendAsync(
                _map, id, page.Length, length > 0 ? PackFormat.Zstd1 : PackFormat.Raw, length > 0 ? _pageOut.AsMemory(0, length) : page, ct);
        }

        return id;
    }

    /// <summary>Ends packs and index, and records the hashes. INV-5: all of it is durable before a point may name it.</summary>
    public async Task CompleteAsync(CancellationToken ct)
    {
        await FlushIndexAsync(ct);
        if (_sums.Length > 0)
        {
            var sums = Encoding.ASCII.GetBytes(_sums.ToString());
            await _store.CreateNewAsync(Names.SumsOf(_session), sums, ct);
            _storedBytes += sums.Length;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var slot in (Slot[])[_data, _map])
        {
            if (slot.Closing is { } closing)
            {
                await closing.ContinueWith(static _ => { }, TaskScheduler.Default);
            }

            if (slot.Writer is { } writer)
            {
                await writer.DisposeAsync();
            }
        }

        _reader.Dispose();
        var files = _flushed.Files.Select(f => f.Path).ToList();
        _flushed.Dispose();
        files.ForEach(File.Delete);
    }

    /// <summary>Compression must save 3 percent, or the chunk is stored as it is.</summary>
    internal static int CompressedBytesMax(int plainBytes) => plainBytes - (plainBytes * 3 / 100);

    internal static ChunkId IdOf(byte[] key, ReadOnlySpan<byte> plaintext)
    {
        Span<byte> id = stackalloc byte[ChunkId.SizeBytes];
        HMACSHA256.HashData(key, plaintext, id);
        return new ChunkId(id);
    }

    private async ValueTask AppendAsync(
        Slot slot, ChunkId id, int plainBytes, byte compression, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        if (_recent.Count >= _options.IndexSegmentEntriesMax)
        {
            // Also in the middle of a pack: chunks that compress to next to nothing would fill one with any number of entries.
            await FlushIndexAsync(ct);
        }
        else if (slot.Writer is { } full
            && (full.LengthBytes + payload.Length > _options.PackBytesTarget || full.Records >= PackFormat.RecordsMax))
        {
            await CloseAsync(slot, ct);
        }

        slot.Writer ??= await BeginPackAsync(slot, ct);
        var (offset, length) = await slot.Writer.AppendAsync(id, plainBytes, compression, payload, ct);
        lock (_recentLock)
        {
            _recent[id.Prefix] = new IndexEntry(id.Prefix, slot.Number, offset, length);
        }
    }

    private async ValueTask<PackWriter> BeginPackAsync(Slot slot, CancellationToken ct)
    {
        slot.Buffers ??= new PackWriter.BufferPair(Math.Min(slot.Kind == PackKind.Data ? 1 << 20 : 1 << 18, Math.Max(1 << 16, _options.PackBytesTarget)));
        var writer = await PackWriter.BeginAsync(_store, _keys, slot.Kind, _session, slot.Buffers, ct);
        slot.Number = _recentPacks.Count;
        _recentPacks.Add(writer.Pack);
        return writer;
    }

    /// <summary>Ends a pack; its last sync goes on while the next pack is begun.</summary>
    private async ValueTask CloseAsync(Slot slot, CancellationToken ct)
    {
        if (slot.Closing is { } before)
        {
            await before;
        }

        slot.Closing = null;
        if (slot.Writer is { } writer)
        {
            // The buffers are the next pack's from here on. Should sealing fail, the writer is still the slot's, to be disposed.
            var publish = await writer.SealAsync(ct);
            slot.Writer = null;
            slot.Closing = FinishAsync(writer, publish);
        }
    }

    private async Task FinishAsync(PackWriter writer, Task<byte[]> publish)
    {
        try
        {
            var hash = await publish;
            lock (_sums)
            {
                _sums.Append(Convert.ToHexStringLower(hash)).Append("  ").Append(writer.Pack.Name).Append('\n');
            }

            Interlocked.Add(ref _storedBytes, writer.Pack.SizeBytes);
        }
        finally
        {
            await writer.DisposeAsync();
        }
    }

    /// <summary>Ends both packs and writes an index segment of what they hold.</summary>
    private async Task FlushIndexAsync(CancellationToken ct)
    {
        foreach (var slot in (Slot[])[_data, _map])
        {
            await CloseAsync(slot, ct);
        }

        foreach (var slot in (Slot[])[_data, _map])
        {
            await CloseAsync(slot, ct);
        }

        if (_recent.Count == 0)
        {
            return;
        }

        var entries = _recent.Values.ToArray();
        Array.Sort(entries, static (a, b) => a.Prefix.CompareTo(b.Prefix));
        var segment = new IndexSegment([.. _recentPacks], entries);
        var id = new PackId(RandomNumberGenerator.GetBytes(PackId.SizeBytes));
        var name = Names.Segment(_session, id);
        var bytes = SealedObject.Seal(_keys, SealLabel.Index, name, segment.ToBytes());
        await _store.CreateNewAsync(name, bytes, ct);
        lock (_sums)
        {
            _sums.Append(Convert.ToHexStringLower(SHA256.HashData(bytes))).Append("  ").Append(name).Append('\n');
        }

        Interlocked.Add(ref _storedBytes, bytes.Length);
        _flushed.Add(SegmentFile.Write(_cache.Scratch, _cache.Scratch, _keys, [id], segment.Packs, entries.Length, entries));
        foreach (var pack in _flushed.Files.SelectMany(f => f.Packs))
        {
            pack.Healthy = true;
        }

        lock (_recentLock)
        {
            _recent.Clear();
            _recentPacks.Clear();
        }
    }

    /// <summary>The pack of one kind that is being written.</summary>
    private sealed class Slot(PackKind kind)
    {
        public PackKind Kind { get; } = kind;

        public PackWriter? Writer { get; set; }

        public PackWriter.BufferPair? Buffers { get; set; }

        public Task? Closing { get; set; }

        public int Number { get; set; }
    }
}
