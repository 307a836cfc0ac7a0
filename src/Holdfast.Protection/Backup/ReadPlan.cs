using System.Runtime.CompilerServices;
using Holdfast.Nbd;
using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>
/// Turns extents into steps, streaming: what is dirty is widened to whole chunks; a chunk that base:allocation calls zero all
/// over becomes zeros without being read, any other is read. Memory doesn't grow with the disk.
/// </summary>
/// <remarks>
/// A range that is a hole but not flagged zero is read: what it reads as is the image's business (INV-4). The whole chunk is
/// read from the same frozen export, never patched from an earlier point (INV-3).
/// </remarks>
/// <param name="DiskSizeBytes">Size of the disk.</param>
/// <param name="ChunkSizeBytes">Chunk size of its map.</param>
public sealed record ReadPlan(long DiskSizeBytes, int ChunkSizeBytes)
{
    // Dirty ranges closer than this are looked up in one sweep over the allocation; farther apart, the gap is skipped.
    private const long SweepGapBytes = 32L << 20;
    private const int SweepRangesMax = 4096;

    /// <summary>Number of chunks of the disk.</summary>
    public long ChunkCount => (DiskSizeBytes + ChunkSizeBytes - 1) / ChunkSizeBytes;

    /// <summary>All chunks of the disk: a full read.</summary>
    public async IAsyncEnumerable<ChunkRange> WholeDisk()
    {
        await Task.CompletedTask.ConfigureAwait(false);
        if (ChunkCount > 0)
            yield return new ChunkRange(0, ChunkCount);
    }

    /// <summary>The chunks that dirty extents touch, together with <paramref name="forced"/> (ascending), merged and ascending.</summary>
    public async IAsyncEnumerable<ChunkRange> DirtyChunks(
        IAsyncEnumerable<NbdExtent> dirtyExtents, IReadOnlyList<ChunkRange> forced, [EnumeratorCancellation] CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(dirtyExtents);
        ArgumentNullException.ThrowIfNull(forced);
        var next = 0;
        ChunkRange? open = null;
        await foreach (var extent in dirtyExtents.WithCancellation(ct).ConfigureAwait(false))
        {
            if ((extent.Flags & NbdContexts.Dirty) == 0 || extent.Length <= 0)
                continue;
            var range = Widen(extent.Offset, extent.End);
            for (; next < forced.Count && forced[next].First <= range.First; next++)
            {
                if (Extend(ref open, forced[next]) is { } ready)
                    yield return ready;
            }

            if (Extend(ref open, range) is { } done)
                yield return done;
        }

        for (; next < forced.Count; next++)
        {
            if (Extend(ref open, forced[next]) is { } ready)
                yield return ready;
        }

        if (open is { } last)
            yield return last;
    }

    /// <summary>The steps for <paramref name="chunks"/> (ascending, disjoint).</summary>
    /// <param name="chunks">The chunks to bring up to date.</param>
    /// <param name="allocation">Reads base:allocation extents of (offset, length), contiguous and ascending.</param>
    /// <param name="ct">Cancels the enumeration.</param>
    public async IAsyncEnumerable<ReadStep> Steps(
        IAsyncEnumerable<ChunkRange> chunks, Func<long, long, IAsyncEnumerable<NbdExtent>> allocation,
        [EnumeratorCancellation] CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(chunks);
        ArgumentNullException.ThrowIfNull(allocation);
        var sweep = new List<ChunkRange>();
        await foreach (var range in chunks.WithCancellation(ct).ConfigureAwait(false))
        {
            var isFar = sweep.Count > 0 && (range.First - sweep[^1].End) * ChunkSizeBytes > SweepGapBytes;
            if (isFar || sweep.Count == SweepRangesMax)
            {
                await foreach (var step in Sweep(sweep, allocation, ct).ConfigureAwait(false))
                    yield return step;
                sweep.Clear();
            }

            sweep.Add(range);
        }

        if (sweep.Count == 0)
            yield break;
        await foreach (var step in Sweep(sweep, allocation, ct).ConfigureAwait(false))
            yield return step;
    }

    private async IAsyncEnumerable<ReadStep> Sweep(
        List<ChunkRange> ranges, Func<long, long, IAsyncEnumerable<NbdExtent>> allocation, [EnumeratorCancellation] CancellationToken ct)
    {
        var from = ranges[0].First * ChunkSizeBytes;
        var to = Math.Min(ranges[^1].End * ChunkSizeBytes, DiskSizeBytes);
        var current = 0;
        var position = ranges[0].First;
        await foreach (var zero in ZeroChunks(allocation(from, to - from), from, to, ct).ConfigureAwait(false))
        {
            while (current < ranges.Count)
            {
                var range = ranges[current];
                position = Math.Max(position, range.First);
                var dataEnd = Math.Min(range.End, zero.First);
                if (position < dataEnd)
                {
                    yield return new ReadStep(IsZero: false, new ChunkRange(position, dataEnd - position));
                    position = dataEnd;
                }

                var zeroEnd = Math.Min(range.End, zero.End);
                if (position >= zero.First && position < zeroEnd)
                {
                    yield return new ReadStep(IsZero: true, new ChunkRange(position, zeroEnd - position));
                    position = zeroEnd;
                }

                if (position < range.End)
                    break;
                current++;
            }
        }

        for (; current < ranges.Count; current++)
        {
            position = Math.Max(position, ranges[current].First);
            if (position < ranges[current].End)
                yield return new ReadStep(IsZero: false, new ChunkRange(position, ranges[current].End - position));
        }
    }

    // The whole chunks within runs of zero extents. The disk's last chunk counts as whole where the run reaches the disk's end.
    private async IAsyncEnumerable<ChunkRange> ZeroChunks(
        IAsyncEnumerable<NbdExtent> extents, long from, long to, [EnumeratorCancellation] CancellationToken ct)
    {
        long runStart = from, position = from;
        var inRun = false;
        await foreach (var extent in extents.WithCancellation(ct).ConfigureAwait(false))
        {
            // Extents that leave a gap would let unread data count as zeros.
            if (extent.Offset != position)
                throw new InvalidDataException($"The allocation map has a gap at {position}.");
            var isZero = (extent.Flags & NbdContexts.AllocationZero) != 0;
            if (isZero && !inRun)
                runStart = position;
            if (!isZero && inRun && WholeChunks(runStart, position) is { Count: > 0 } zeros)
                yield return zeros;
            inRun = isZero;
            position = extent.End;
        }

        if (inRun && WholeChunks(runStart, Math.Min(position, to)) is { Count: > 0 } last)
            yield return last;
    }

    private ChunkRange WholeChunks(long start, long end)
    {
        var first = (start + ChunkSizeBytes - 1) / ChunkSizeBytes;
        var after = end >= DiskSizeBytes ? ChunkCount : end / ChunkSizeBytes;
        return new ChunkRange(first, after - first);
    }

    private ChunkRange Widen(long start, long end)
    {
        var first = start / ChunkSizeBytes;
        return new ChunkRange(first, (Math.Min(end, DiskSizeBytes) + ChunkSizeBytes - 1) / ChunkSizeBytes - first);
    }

    // Adds range to open, or returns open as ready and starts anew.
    private static ChunkRange? Extend(ref ChunkRange? open, ChunkRange range)
    {
        if (open is not { } o || range.First > o.End)
        {
            var ready = open;
            open = range;
            return ready;
        }

        open = new ChunkRange(o.First, Math.Max(o.End, range.End) - o.First);
        return null;
    }
}
