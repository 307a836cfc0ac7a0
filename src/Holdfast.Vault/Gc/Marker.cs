namespace Holdfast.Vault;

/// <summary>Marks what points refer to, reading each map page once however many points share it.</summary>
internal sealed class Marker(VaultIndex index, LiveMarks marks, PackReader reader)
{
    private readonly MapReader _maps = new(index, reader);
    private readonly Dictionary<(UInt128 Page, int Level), long> _dataChunks = [];
    private bool _unreadable;

    /// <summary>Bytes of chunks that aren't zeros, as often as points have them.</summary>
    public long DataBytes { get; private set; }

    /// <summary>The same, each once.</summary>
    public long UniqueBytes { get; private set; }

    /// <summary>Bytes of records that are referred to, map pages included.</summary>
    public long StoredBytes { get; private set; }

    /// <returns>False if a page of its maps can't be read.</returns>
    public async Task<bool> MarkAsync(Point point, CancellationToken ct)
    {
        _unreadable = false;
        foreach (var disk in point.Disks)
        {
            var level = MapShape.TopLevel(disk.ChunkCount);
            DataBytes += disk.ChunkSizeBytes * await MarkPageAsync(disk.MapRoot, level, disk.ChunkSizeBytes, Buffers(level), ct);
        }

        foreach (var attachment in point.Attachments)
        {
            DataBytes += attachment.SizeBytes;
            for (var i = 0; i < attachment.Chunks.Count; i++)
            {
                Mark(attachment.Chunks[i], Math.Min(DiskRules.AttachmentPieceBytes, attachment.SizeBytes - ((long)i * DiskRules.AttachmentPieceBytes)));
            }
        }

        return !_unreadable;
    }

    private static byte[][] Buffers(int top) => [.. Enumerable.Range(0, top + 1).Select(_ => new byte[MapShape.PageBytes])];

    /// <returns>How many chunks below the page aren't zeros.</returns>
    private async ValueTask<long> MarkPageAsync(ChunkId id, int level, int chunkBytes, byte[][] buffers, CancellationToken ct)
    {
        if (id.IsZero)
        {
            return 0;
        }

        if (_dataChunks.TryGetValue((id.Prefix, level), out var known))
        {
            // Below zero: it couldn't be read before.
            _unreadable |= known < 0;
            return Math.Max(0, known);
        }

        Mark(id, 0);
        var page = buffers[level];
        if (!await _maps.TryReadPageAsync(id, healthyOnly: false, page, ct))
        {
            _unreadable = true;
            _dataChunks[(id.Prefix, level)] = -1;
            return 0;
        }

        var (before, count) = (_unreadable, 0L);
        _unreadable = false;
        for (var i = 0; i < MapShape.PageIds; i++)
        {
            var entry = new ChunkId(page.AsSpan(i * ChunkId.SizeBytes, ChunkId.SizeBytes));
            if (level > 0)
            {
                count += await MarkPageAsync(entry, level - 1, chunkBytes, buffers, ct);
            }
            else if (!entry.IsZero)
            {
                Mark(entry, chunkBytes);
                count++;
            }
        }

        _dataChunks[(id.Prefix, level)] = _unreadable ? -1 : count;
        _unreadable |= before;
        return count;
    }

    private void Mark(in ChunkId id, long plainBytes)
    {
        if (!id.IsZero && marks.Mark(id) is var stored && stored > 0)
        {
            UniqueBytes += plainBytes;
            StoredBytes += stored;
        }
    }
}
