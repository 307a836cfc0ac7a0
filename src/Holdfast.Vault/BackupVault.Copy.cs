using System.Runtime.CompilerServices;

namespace Holdfast.Vault;

/// <content>Copies in other vaults.</content>
public sealed partial class BackupVault
{
    /// <summary>
    /// Copies points to another vault, oldest first, each whole or not at all; those that are there already are left out. So an interrupted run goes on
    /// where it ended.
    /// </summary>
    public Task<VaultCopyReport> CopyToAsync(
        BackupVault target, IReadOnlyList<Point> points, IProgress<VaultCopyProgress>? progress, CancellationToken ct)
    {
        if (target.Id == Id)
        {
            throw new VaultException(VaultErrorKind.AlreadyExists, "A vault can't be copied to itself.");
        }

        return new VaultCopier(this, target).RunAsync(points, progress, ct);
    }

    /// <summary>Marks a point that is about to be committed.</summary>
    internal Task MarkAheadAsync(SourceId source, PointId point, RetentionMark mark, CancellationToken ct) =>
        _retention.WriteAsync(source, point, 1, new(mark, false), ct);

    /// <summary>A reader of chunks that <see cref="CompareDisksAsync"/> names, one after the other.</summary>
    internal PackReader ReadInOrder() => new(Store, Keys, inOrder: true);

    /// <summary>Reads a chunk into the target, which is of the chunk size.</summary>
    internal ValueTask ReadChunkAsync(PackReader reader, PointDisk disk, long chunk, ChunkId id, Memory<byte> target, CancellationToken ct) =>
        _reader.ReadChunkAsync(reader, disk, chunk, id, target, ct);

    /// <summary>The chunks in which a disk differs from another of the same shape (or from zeros), ascending. Reads maps, not data.</summary>
    internal async IAsyncEnumerable<(long Chunk, ChunkId Id)> CompareDisksAsync(
        PointDisk? before, PointDisk disk, [EnumeratorCancellation] CancellationToken ct)
    {
        await KnowAsync(disk.Point, ct);
        using var reader = new PackReader(Store, Keys);
        await using var old = (before is null ? None() : LeavesAsync(before, reader, ct)).GetAsyncEnumerator(ct);
        using var ownReader = new PackReader(Store, Keys);
        await using var now = LeavesAsync(disk, ownReader, ct).GetAsyncEnumerator(ct);
        var (hasOld, hasNow) = (await old.MoveNextAsync(), await now.MoveNextAsync());
        while (hasOld || hasNow)
        {
            var first = Math.Min(hasOld ? old.Current.FirstChunk : long.MaxValue, hasNow ? now.Current.FirstChunk : long.MaxValue);
            var (inOld, inNow) = (hasOld && old.Current.FirstChunk == first, hasNow && now.Current.FirstChunk == first);
            if (!(inOld && inNow && old.Current.PageId == now.Current.PageId))
            {
                var count = inNow ? now.Current.Count : old.Current.Count;
                for (var i = 0; i < count; i++)
                {
                    var (a, b) = (inOld ? old.Current[i] : ChunkId.Zero, inNow ? now.Current[i] : ChunkId.Zero);
                    if (a != b)
                    {
                        yield return (first + i, b);
                    }
                }
            }

            hasOld = inOld ? await old.MoveNextAsync() : hasOld;
            hasNow = inNow ? await now.MoveNextAsync() : hasNow;
        }
    }

    private static async IAsyncEnumerable<MapLeaf> None()
    {
        await Task.CompletedTask;
        yield break;
    }

    private async IAsyncEnumerable<MapLeaf> LeavesAsync(PointDisk disk, PackReader reader, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var leaf in new MapReader(Index, reader).ReadAsync(disk, healthyOnly: false, ct))
        {
            yield return leaf.Ids is null ? throw DiskReader.Unreadable(disk, leaf.FirstChunk) : leaf;
        }
    }
}
