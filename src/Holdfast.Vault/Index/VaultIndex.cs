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
    private readonly GcGenerations _gc;
    private volatile Dictionary<PackId, PackInfo> _packs = [];
    private volatile HashSet<PointId> _committed = [];
    private volatile int _version;

    public VaultIndex(IObjectStore store, VaultKeys keys, CacheFolder cache)
    {
        (_store, _keys, _cache) = (store, keys, cache);
        _segments = new SegmentSet(cache.Path, cache.Scratch, keys);
        _gc = new GcGenerations(store, keys);
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

    /// <summary>Reads the index again, as <see cref="RefreshAsync"/> does.</summary>
    public Func<CancellationToken, Task>? Reload { get; set; }

    /// <summary>How often it was refreshed.</summary>
    public int Version => _version;

    public bool TryFind(in ChunkId id, bool healthyOnly, out ChunkLocation location) => _segments.TryFind(id, healthyOnly, out location);

    /// <inheritdoc cref="SegmentSet.HasReusable"/>
    public bool HasReusable(in ChunkId id) => _segments.HasReusable(id);

    /// <summary>
    /// For readers that miss something: garbage collection may have moved it. Sees to it that the index is newer than the version that was asked.
    /// </summary>
    public async Task ReloadAsync(int seen, CancellationToken ct)
    {
        if (_version == seen && Reload is { } reload)
        {
            await reload(ct);
        }
    }

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

    /// <summary>Brings the index up to what the store has.</summary>
    /// <param name="list">Lists the committed sessions; called first (INV-6).</param>
    /// <param name="forWriting">For a session that is registered: what garbage collection condemned has to be known then (INV-11).</param>
    /// <param name="ct">Cancels it.</param>
    public async Task<CommittedSessions> RefreshAsync(
        Func<CancellationToken, Task<CommittedSessions>> list, bool forWriting, CancellationToken ct)
    {
        await _refreshing.WaitAsync(ct);
        try
        {
            var sessions = await list(ct);
            var committed = sessions.All;
            await LoadSegmentsAsync(committed, ct);
            // Before the packs: a list that is gone was carried out, and what it dropped is no longer among them. Where no session has committed there is nothing
            // that could be condemned: what a round that was published before names is of sessions that are gone for good (INV-11).
            var condemned = committed.Count == 0 ? new HashSet<PackId>() : await _gc.ListCondemnedAsync(forWriting, ct);
            await LoadPacksAsync(committed, condemned, ct);
            _committed = committed;
            _version++;
            return sessions;
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

    /// <summary>Lists what of a prefix may count: nothing, without asking, where no session has committed.</summary>
    private IAsyncEnumerable<StoredObject> ListAsync(string prefix, HashSet<PointId> committed, CancellationToken ct) =>
        committed.Count == 0 ? AsyncEnumerable.Empty<StoredObject>() : _store.ListAsync(prefix, ct);

    private async Task LoadSegmentsAsync(HashSet<PointId> committed, CancellationToken ct)
    {
        var listed = new Dictionary<PackId, (ObjectName Name, PointId Session)>();
        await foreach (var item in ListAsync(Names.Index, committed, ct))
        {
            if (Names.TryParseOwned(item.Name, Names.Index, out var session, out var id) && committed.Contains(session))
            {
                listed[id] = (item.Name, session);
            }
        }

        // Garbage collection replaces segments: files with an older one are made anew.
        var stale = _segments.Files.Where(f => f.Segments.Any(s => !listed.ContainsKey(s))).ToList();
        _damagedSegments.IntersectWith(listed.Keys);
        var known = _segments.Files.Except(stale).SelectMany(f => f.Segments).Concat(_damagedSegments).ToHashSet();
        var added = new List<SegmentFile>();
        foreach (var (id, (name, session)) in listed.Where(s => !known.Contains(s.Key)))
        {
            if (await IndexSegment.TryReadAsync(_store, _keys, name, session, ct) is { } segment)
            {
                var file = SegmentFile.Write(_cache.Path, _cache.Scratch, _keys, [id], segment.Packs, segment.Entries.Length, segment.Entries);
                for (var i = 0; i < file.Packs.Length; i++)
                {
                    file.Packs[i] = _packs.GetValueOrDefault(file.Packs[i].Id) ?? file.Packs[i];
                }

                if (stale.Count == 0)
                {
                    _segments.Add(file);
                }
                else
                {
                    added.Add(file);
                }
            }
            else
            {
                _damagedSegments.Add(id);
            }
        }

        if (stale.Count > 0)
        {
            _segments.Replace(stale, added);
        }
    }

    private async Task LoadPacksAsync(HashSet<PointId> committed, IReadOnlySet<PackId> condemned, CancellationToken ct)
    {
        var present = new Dictionary<PackId, (PointId Session, long SizeBytes)>();
        await foreach (var item in ListAsync(Names.Packs, committed, ct))
        {
            if (Names.TryParseOwned(item.Name, Names.Packs, out var session, out var id) && committed.Contains(session))
            {
                present[id] = (session, item.SizeBytes);
            }
        }

        var damaged = await ListDamagedAsync(committed, ct);
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
                packs[id] = new PackInfo(id, session, PackKind.Data) { SizeBytes = size, Healthy = false, Condemned = condemned.Contains(id) };
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

                var isPresent = present.TryGetValue(pack.Id, out var there);
                if (!isPresent && pack.FromFooter)
                {
                    // No segment names it: it was dropped.
                    pack.Healthy = false;
                    continue;
                }

                packs[pack.Id] = pack;
                var isHealthy = isPresent && there.Session == pack.Session
                    && there.SizeBytes == pack.SizeBytes && !damaged.Contains(pack.Id);

                // One that was condemned and is gone mustn't pass for reusable in between (INV-11): look-ups go on meanwhile.
                pack.Healthy &= isHealthy;
                pack.Condemned = condemned.Contains(pack.Id);
                pack.Healthy = isHealthy;
            }
        }
    }

    private async Task<HashSet<PackId>> ListDamagedAsync(HashSet<PointId> committed, CancellationToken ct)
    {
        var damaged = new HashSet<PackId>();
        await foreach (var item in ListAsync(Names.Damage, committed, ct))
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
        if (await reader.TryFindKindAsync(id, session, size, ct) is not { } found)
        {
            return null;
        }

        var entries = PackFooter.Parse(found.Footer, size).Select(e => new IndexEntry(e.Id.Prefix, 0, e.Offset, e.Length)).ToArray();
        Array.Sort(entries, (a, b) => a.Prefix.CompareTo(b.Prefix));
        return SegmentFile.Write(_cache.Path, _cache.Scratch, _keys, [], [found.Pack], entries.Length, entries);
    }
}
