using System.Collections.Concurrent;

namespace Holdfast.Vault;

/// <summary>
/// Where every chunk of the committed sessions lies: the store's sealed index segments, through the local cache.
/// Packs that no readable segment covers are indexed from their own footers, so a lost segment costs time, not data.
/// </summary>
internal sealed class VaultIndex : IDisposable
{
    private readonly IObjectStore _store;
    private readonly VaultKeys _keys;
    private readonly CacheFolder _cache;
    private readonly SegmentSet _segments;
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private readonly HashSet<PackId> _damagedSegments = [];
    private readonly ConcurrentDictionary<PackId, bool> _seenDamaged = new();
    private volatile Dictionary<PackId, PackInfo> _packs = [];
    private volatile HashSet<PointId> _committed = [];

    public VaultIndex(IObjectStore store, VaultKeys keys, CacheFolder cache)
    {
        (_store, _keys, _cache) = (store, keys, cache);
        _segments = new SegmentSet(cache.Path, keys);
        foreach (var file in cache.OpenAll(keys))
        {
            _segments.Add(file);
        }
    }

    /// <summary>The packs of committed sessions, with their state; also packs the index knows but that are gone.</summary>
    public IReadOnlyDictionary<PackId, PackInfo> Packs => _packs;

    /// <summary>Index segments that could not be read: their packs were indexed from their footers.</summary>
    public IReadOnlyCollection<PackId> DamagedSegments => _damagedSegments;

    public IReadOnlyList<SegmentFile> Files => _segments.Files;

    public bool IsCommittedKnown(PointId session) => _committed.Contains(session);

    public bool TryFind(in ChunkId id, bool healthyOnly, out ChunkLocation location) => _segments.TryFind(id, healthyOnly, out location);

    /// <summary>A pack found damaged counts as absent for dedup from now on (INV-7).</summary>
    public void MarkDamaged(PackInfo pack)
    {
        pack.Healthy = false;
        _seenDamaged.TryAdd(pack.Id, false);
        if (_packs.TryGetValue(pack.Id, out var info))
        {
            info.Healthy = false;
        }
    }

    /// <summary>Packs that reads found damaged and that aren't recorded in the vault yet.</summary>
    public IReadOnlyList<PackInfo> TakeUnrecordedDamage()
    {
        var taken = new List<PackInfo>();
        foreach (var (pack, _) in _seenDamaged.Where(d => !d.Value))
        {
            if (_seenDamaged.TryUpdate(pack, true, false) && _packs.TryGetValue(pack, out var info))
            {
                taken.Add(info);
            }
        }

        return taken;
    }

    /// <summary>Brings the index up to what the store has. The points must have been listed before (INV-6).</summary>
    public async Task RefreshAsync(HashSet<PointId> committed, CancellationToken ct)
    {
        await _refreshing.WaitAsync(ct);
        try
        {
            await LoadSegmentsAsync(committed, ct);
            await LoadPacksAsync(committed, ct);
            _committed = committed;
        }
        finally
        {
            _refreshing.Release();
        }
    }

    public void Dispose()
    {
        _segments.Dispose();
        _refreshing.Dispose();
    }

    private async Task LoadSegmentsAsync(HashSet<PointId> committed, CancellationToken ct)
    {
        var known = _segments.Files.SelectMany(f => f.Segments).Concat(_damagedSegments).ToHashSet();
        await foreach (var item in _store.ListAsync(Names.Index, ct))
        {
            if (!Names.TryParseOwned(item.Name, Names.Index, out var session, out var id) || !committed.Contains(session) || !known.Add(id))
            {
                continue;
            }

            if (await TryReadSegmentAsync(item.Name, session, ct) is { } segment)
            {
                _segments.Add(SegmentFile.Write(_cache.Path, _keys, [id], segment.Packs, segment.Entries.Length, segment.Entries));
            }
            else
            {
                _damagedSegments.Add(id);
            }
        }
    }

    private async Task<IndexSegment?> TryReadSegmentAsync(ObjectName name, PointId session, CancellationToken ct)
    {
        try
        {
            return await _store.ReadWholeAsync(name, IndexSegment.BytesMax, ct) is { } bytes
                ? IndexSegment.TryParse(SealedObject.Open(_keys, SealLabel.Index, name, bytes), session)
                : null;
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
        {
            return null;
        }
    }

    private async Task LoadPacksAsync(HashSet<PointId> committed, CancellationToken ct)
    {
        var present = new Dictionary<PackId, (PointId Session, long SizeBytes)>();
        await foreach (var item in _store.ListAsync(Names.Packs, ct))
        {
            if (Names.TryParseOwned(item.Name, Names.Packs, out var session, out var id) && committed.Contains(session))
            {
                present[id] = (session, item.SizeBytes);
            }
        }

        var damaged = await ListDamagedAsync(ct);
        damaged.UnionWith(_seenDamaged.Keys);
        var packs = new Dictionary<PackId, PackInfo>();
        foreach (var file in _segments.Files)
        {
            Adopt(file);
        }

        using var reader = new PackReader(_store, _keys);
        foreach (var (id, (session, size)) in present.Where(p => !packs.ContainsKey(p.Key)).ToList())
        {
            if (await TryIndexFromFooterAsync(reader, id, session, size, ct) is { } file)
            {
                Adopt(file);
                _segments.Add(file);
            }
            else
            {
                packs[id] = new PackInfo(id, session, PackKind.Data) { SizeBytes = size, Healthy = false };
            }
        }

        _packs = packs;

        void Adopt(SegmentFile file)
        {
            for (var i = 0; i < file.Packs.Length; i++)
            {
                var pack = file.Packs[i];
                if (packs.TryGetValue(pack.Id, out var known))
                {
                    file.Packs[i] = known;
                    continue;
                }

                packs[pack.Id] = pack;
                pack.Healthy = present.TryGetValue(pack.Id, out var there) && there.Session == pack.Session
                    && there.SizeBytes == pack.SizeBytes && !damaged.Contains(pack.Id);
            }
        }
    }

    private async Task<HashSet<PackId>> ListDamagedAsync(CancellationToken ct)
    {
        var damaged = new HashSet<PackId>();
        await foreach (var item in _store.ListAsync(Names.Damage, ct))
        {
            if (PackId.TryParse(item.Name.Value[Names.Damage.Length..], out var id))
            {
                damaged.Add(id);
            }
        }

        return damaged;
    }

    private async Task<SegmentFile?> TryIndexFromFooterAsync(PackReader reader, PackId id, PointId session, long size, CancellationToken ct)
    {
        foreach (var kind in (PackKind[])[PackKind.Data, PackKind.Map])
        {
            var pack = new PackInfo(id, session, kind) { SizeBytes = size };
            // The kind is part of the key, so each needs a reader's cipher of its own.
            reader.Forget(id);
            if (await reader.TryReadFooterAsync(pack, size, ct) is { } footer)
            {
                var entries = PackFooter.Parse(footer, size).Select(e => new IndexEntry(e.Id.Prefix, 0, e.Offset, e.Length)).ToArray();
                Array.Sort(entries, (a, b) => a.Prefix.CompareTo(b.Prefix));
                return SegmentFile.Write(_cache.Path, _keys, [], [pack], entries.Length, entries);
            }
        }

        return null;
    }
}
