using System.Runtime.CompilerServices;

namespace Holdfast.Vault;

/// <summary>Reads a map from its root, page by page, skipping subtrees of zeros. INV-4: never more than one page a level in memory.</summary>
internal sealed class MapReader(VaultIndex index, PackReader reader)
{
    private const int ReloadsMax = 8;

    private int _reloads;

    /// <summary>The leaf pages that aren't all zeros, ascending; pages that can't be read come without ids.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="healthyOnly">Pages in damaged packs count as unreadable even if they can be read.</param>
    /// <param name="ct">Cancels it.</param>
    /// <remarks>The ids' memory is valid until the next page.</remarks>
    public async IAsyncEnumerable<MapLeaf> ReadAsync(PointDisk disk, bool healthyOnly, [EnumeratorCancellation] CancellationToken ct)
    {
        var top = MapShape.TopLevel(disk.ChunkCount);
        var pages = new byte[top + 1][];
        var next = new int[top + 1];
        var first = new long[top + 1];
        if (disk.MapRoot.IsZero || disk.ChunkCount == 0)
        {
            yield break;
        }

        var level = top;
        for (var i = 0; i <= top; i++)
        {
            pages[i] = new byte[MapShape.PageBytes];
        }

        if (!await TryReadPageAsync(disk.MapRoot, healthyOnly, pages[top], ct))
        {
            yield return new MapLeaf(disk.MapRoot, 0, disk.ChunkCount, null);
            yield break;
        }

        if (top == 0)
        {
            yield return new MapLeaf(disk.MapRoot, 0, disk.ChunkCount, pages[0]);
            yield break;
        }

        while (level <= top)
        {
            if (next[level] == MapShape.PageIds)
            {
                level++;
                continue;
            }

            var entry = next[level]++;
            var reach = MapShape.EntryReach(level);
            var at = first[level] + (entry * reach);
            var id = new ChunkId(pages[level].AsSpan(entry * ChunkId.SizeBytes, ChunkId.SizeBytes));
            if (id.IsZero || at >= disk.ChunkCount)
            {
                continue;
            }

            var count = Math.Min(reach, disk.ChunkCount - at);
            var readable = await TryReadPageAsync(id, healthyOnly, pages[level - 1], ct);
            if (!readable || level == 1)
            {
                yield return new MapLeaf(id, at, count, readable ? pages[0] : null);
                continue;
            }

            level--;
            (next[level], first[level]) = (0, at);
        }
    }

    public async ValueTask<bool> TryReadPageAsync(ChunkId id, bool healthyOnly, Memory<byte> page, CancellationToken ct)
    {
        var version = index.Version;
        if (await TryReadKnownAsync(id, healthyOnly, page, ct))
        {
            return true;
        }

        // Garbage collection may have moved it. Damage, though, may be all over: not every page is worth a reload.
        if (_reloads == ReloadsMax)
        {
            return false;
        }

        _reloads++;
        await index.ReloadAsync(version, ct);
        return await TryReadKnownAsync(id, healthyOnly, page, ct);
    }

    private async ValueTask<bool> TryReadKnownAsync(ChunkId id, bool healthyOnly, Memory<byte> page, CancellationToken ct)
    {
        if (!index.TryFind(id, healthyOnly, out var at))
        {
            return false;
        }

        if (await reader.TryReadAsync(at, id, page, ct))
        {
            return true;
        }

        index.MarkDamaged(at.Pack);
        // Another copy may be whole.
        return index.TryFind(id, healthyOnly, out var other) && other.Pack != at.Pack && await reader.TryReadAsync(other, id, page, ct);
    }
}
