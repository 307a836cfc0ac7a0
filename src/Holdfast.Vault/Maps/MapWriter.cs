using System.Collections;

namespace Holdfast.Vault;

/// <summary>
/// Writes a map in ascending order with one open page a level. Pages that aren't touched are the base's: INV-4, a map
/// never refers to a base page it had to read but couldn't, unless every entry of it was written anew.
/// </summary>
internal sealed class MapWriter
{
    private readonly IMapPages _pages;
    private readonly long _chunkCount;
    private readonly Level[] _levels;
    private ChunkId _root;

    public MapWriter(IMapPages pages, long chunkCount, ChunkId baseRoot)
    {
        (_pages, _chunkCount, _root) = (pages, chunkCount, baseRoot);
        _levels = new Level[MapShape.TopLevel(chunkCount) + 1];
        for (var i = 0; i < _levels.Length; i++)
        {
            _levels[i] = new Level();
        }
    }

    public async ValueTask SetAsync(long chunk, ChunkId id, CancellationToken ct)
    {
        await OpenAsync(0, chunk / MapShape.PageIds, ct);
        _levels[0].Set((int)(chunk % MapShape.PageIds), id);
    }

    /// <summary>Makes chunks zero, by whole subtrees where it can.</summary>
    public async ValueTask SetZerosAsync(long first, long count, CancellationToken ct)
    {
        var end = first + count;
        while (first < end)
        {
            var level = 0;
            while (level + 1 < _levels.Length && Fits(level + 1, first, end))
            {
                level++;
            }

            var reach = MapShape.EntryReach(level);
            var entry = first / reach;
            for (var below = 0; below < level; below++)
            {
                await CloseAsync(below, ct);
            }

            await OpenAsync(level, entry / MapShape.PageIds, ct);
            _levels[level].Set((int)(entry % MapShape.PageIds), ChunkId.Zero);
            first = Math.Min(end, (entry + 1) * reach);
        }
    }

    /// <summary>Stores what is open.</summary>
    /// <returns>The root page's id.</returns>
    public async ValueTask<ChunkId> CompleteAsync(CancellationToken ct)
    {
        for (var level = 0; level < _levels.Length; level++)
        {
            await CloseAsync(level, ct);
        }

        return _root;
    }

    /// <summary>An entry of the level stands for nothing but these chunks (or for chunks behind the disk's end).</summary>
    private bool Fits(int level, long first, long end)
    {
        var reach = MapShape.EntryReach(level);
        return first % reach == 0 && (first + reach <= end || end == _chunkCount);
    }

    private async ValueTask OpenAsync(int level, long page, CancellationToken ct)
    {
        var open = _levels[level];
        if (open.Page == page)
        {
            return;
        }

        await CloseAsync(level, ct);
        var id = _root;
        var isLost = false;
        if (level + 1 < _levels.Length)
        {
            await OpenAsync(level + 1, page / MapShape.PageIds, ct);
            var (above, entry) = (_levels[level + 1], (int)(page % MapShape.PageIds));
            id = above.Get(entry);
            // What the base has here isn't known: it stood in a page that can't be read.
            isLost = above.Unreadable && !above.Written[entry];
        }

        open.Begin(page, isLost ? ChunkId.Zero : id);
        open.Unreadable = isLost || (!id.IsZero && !await _pages.TryReadAsync(id, open.Bytes, ct));
    }

    private async ValueTask CloseAsync(int level, CancellationToken ct)
    {
        var open = _levels[level];
        if (open.Page < 0)
        {
            return;
        }

        // Pages below end first: their ids belong into this one.
        for (var below = 0; below < level; below++)
        {
            await CloseAsync(below, ct);
        }

        if (open.Unreadable && !IsWhollyWritten(level, open))
        {
            throw new VaultException(
                VaultErrorKind.Damaged, "A page of the base's map can't be read, and not all chunks it stands for were written anew.");
        }

        var page = open.Page;
        if (open.Changed || open.Unreadable || !(open.BaseId.IsZero || _pages.IsHealthy(open.BaseId)))
        {
            var id = await _pages.StoreAsync(open.Bytes, ct);
            if (level + 1 == _levels.Length)
            {
                _root = id;
            }
            else
            {
                _levels[level + 1].Set((int)(page % MapShape.PageIds), id);
            }
        }
        else if (level + 1 < _levels.Length)
        {
            // As it was; but written, should the page above have been unreadable.
            _levels[level + 1].Set((int)(page % MapShape.PageIds), open.BaseId);
        }

        open.Page = -1;
    }

    private bool IsWhollyWritten(int level, Level open)
    {
        var reach = MapShape.EntryReach(level);
        var entries = Math.Min(MapShape.PageIds, ((_chunkCount + reach - 1) / reach) - (open.Page * MapShape.PageIds));
        for (var i = 0; i < entries; i++)
        {
            if (!open.Written[i])
            {
                return false;
            }
        }

        return true;
    }

    private sealed class Level
    {
        public long Page { get; set; } = -1;

        public byte[] Bytes { get; } = new byte[MapShape.PageBytes];

        public ChunkId BaseId { get; private set; }

        public bool Changed { get; private set; }

        public bool Unreadable { get; set; }

        public BitArray Written { get; } = new(MapShape.PageIds);

        public void Begin(long page, ChunkId id)
        {
            (Page, BaseId, Changed, Unreadable) = (page, id, false, false);
            Bytes.AsSpan().Clear();
            Written.SetAll(false);
        }

        public ChunkId Get(int entry) => new(Bytes.AsSpan(entry * ChunkId.SizeBytes, ChunkId.SizeBytes));

        public void Set(int entry, in ChunkId id)
        {
            Written[entry] = true;
            if (Get(entry) != id)
            {
                id.CopyTo(Bytes.AsSpan(entry * ChunkId.SizeBytes));
                Changed = true;
            }
        }
    }
}
