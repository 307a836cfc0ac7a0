using System.Threading.Channels;

namespace Holdfast.Vault;

/// <summary>
/// Restores a disk: one reader walks the map and groups chunks that lie near each other in a pack into ranged reads, as long as the store's
/// distance makes worthwhile; workers read, open and write. Bounded by the number of reads on their way.
/// </summary>
internal sealed class DiskReader(IObjectStore store, VaultKeys keys, VaultIndex index, VaultOpenOptions options)
{
    private readonly ReadShape _shape = ReadShape.Of(store);

    public async Task CopyAsync(PointDisk disk, IDiskTarget target, IProgress<long>? progress, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var readers = _shape.Readers(options.Parallelism);
        var reads = Channel.CreateBounded<ReadGroup>(new BoundedChannelOptions(readers * 4) { SingleWriter = true });
        var done = new CopyProgress(disk, progress);
        var tasks = Enumerable.Range(0, readers)
            .Select(_ => GuardAsync(() => WorkAsync(disk, target, reads.Reader, done, stop.Token)))
            .Append(GuardAsync(() => PlanAsync(disk, reads.Writer, done, stop.Token)))
            .ToArray();
        try
        {
            await Task.WhenAll(tasks);
        }
        catch
        {
            ct.ThrowIfCancellationRequested();
            // The first failure stopped the others: it is the one to tell.
            throw tasks.Select(t => t.Exception?.InnerException).FirstOrDefault(e => e is not (null or OperationCanceledException))!;
        }

        done.Finish();

        async Task GuardAsync(Func<Task> work)
        {
            try
            {
                await Task.Run(work, CancellationToken.None);
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        }
    }

    public async Task<bool> ReadChunkAsync(PointDisk disk, long chunk, Memory<byte> target, CancellationToken ct)
    {
        using var reader = new PackReader(store, keys);
        var map = new MapReader(index, reader);
        var page = new byte[MapShape.PageBytes];
        var id = disk.MapRoot;
        for (var level = MapShape.TopLevel(disk.ChunkCount); level >= 0 && !id.IsZero; level--)
        {
            if (!await map.TryReadPageAsync(id, healthyOnly: false, page, ct))
            {
                throw Unreadable(disk, chunk);
            }

            var entry = (int)(chunk / MapShape.EntryReach(level) % MapShape.PageIds);
            id = new ChunkId(page.AsSpan(entry * ChunkId.SizeBytes, ChunkId.SizeBytes));
        }

        if (id.IsZero)
        {
            target.Span.Clear();
            return false;
        }

        return await TryReadAsync(reader, id, target, ct) ? true : throw Unreadable(disk, chunk);
    }

    public async Task<byte[]> ReadAttachmentAsync(Point point, PointAttachment attachment, CancellationToken ct)
    {
        using var reader = new PackReader(store, keys, inOrder: true);
        var content = new byte[attachment.SizeBytes];
        for (var i = 0; i < attachment.Chunks.Count; i++)
        {
            var at = i * DiskRules.AttachmentPieceBytes;
            var piece = content.AsMemory(at, Math.Min(DiskRules.AttachmentPieceBytes, content.Length - at));
            if (!await TryReadAsync(reader, attachment.Chunks[i], piece, ct))
            {
                throw new VaultException(VaultErrorKind.Damaged, $"The attachment {attachment.Name} of point {point.PointId} can't be read.")
                {
                    Points = [point.PointId],
                };
            }
        }

        return content;
    }

    /// <summary>Reads a chunk by its id, with a reader that the caller keeps for those that follow.</summary>
    /// <exception cref="VaultException">Damaged.</exception>
    public async ValueTask ReadChunkAsync(PackReader reader, PointDisk disk, long chunk, ChunkId id, Memory<byte> target, CancellationToken ct)
    {
        if (!await TryReadAsync(reader, id, target, ct))
        {
            throw Unreadable(disk, chunk);
        }
    }

    internal static VaultException Unreadable(PointDisk disk, long chunk) =>
        new(VaultErrorKind.Damaged, $"Chunk {chunk} of disk {disk.Name} of point {disk.Point} can't be read: its pack is damaged or missing.")
        {
            Points = disk.Point is { } point ? [point] : [],
        };

    /// <summary>Reads a chunk; if it is damaged, or was moved meanwhile, from another place if there is one.</summary>
    private async ValueTask<bool> TryReadAsync(PackReader reader, ChunkId id, Memory<byte> target, CancellationToken ct)
    {
        var version = index.Version;
        if (await TryReadKnownAsync(reader, id, target, ct))
        {
            return true;
        }

        await index.ReloadAsync(version, ct);
        return await TryReadKnownAsync(reader, id, target, ct);
    }

    private async ValueTask<bool> TryReadKnownAsync(PackReader reader, ChunkId id, Memory<byte> target, CancellationToken ct)
    {
        while (index.TryFind(id, healthyOnly: false, out var at))
        {
            if (await reader.TryReadAsync(at, id, target, ct))
            {
                return true;
            }

            if (!at.Pack.Healthy)
            {
                return false;
            }

            index.MarkDamaged(at.Pack);
        }

        return false;
    }

    private async Task PlanAsync(PointDisk disk, ChannelWriter<ReadGroup> reads, CopyProgress done, CancellationToken ct)
    {
        try
        {
            using var reader = new PackReader(store, keys);
            var plan = new ReadPlan(_shape);
            await foreach (var leaf in new MapReader(index, reader).ReadAsync(disk, healthyOnly: false, ct))
            {
                if (leaf.Ids is null)
                {
                    throw Unreadable(disk, leaf.FirstChunk);
                }

                done.Reached(leaf.FirstChunk);
                for (var i = 0; i < leaf.Count; i++)
                {
                    var id = leaf[i];
                    if (id.IsZero)
                    {
                        continue;
                    }

                    var version = index.Version;
                    if (!index.TryFind(id, healthyOnly: false, out var at))
                    {
                        await index.ReloadAsync(version, ct);
                        if (!index.TryFind(id, healthyOnly: false, out at))
                        {
                            throw Unreadable(disk, leaf.FirstChunk + i);
                        }
                    }

                    if (plan.Add(leaf.FirstChunk + i, id, at) is { } group)
                    {
                        await reads.WriteAsync(group, ct);
                    }
                }
            }

            while (plan.Take() is { } group)
            {
                await reads.WriteAsync(group, ct);
            }
        }
        finally
        {
            reads.Complete();
        }
    }

    private async Task WorkAsync(PointDisk disk, IDiskTarget target, ChannelReader<ReadGroup> reads, CopyProgress done, CancellationToken ct)
    {
        using var reader = new PackReader(store, keys);
        byte[] records = [];
        var chunk = GC.AllocateUninitializedArray<byte>(disk.ChunkSizeBytes, pinned: true);
        await foreach (var group in reads.ReadAllAsync(ct))
        {
            if (records.Length < group.Length)
            {
                records = GC.AllocateUninitializedArray<byte>(Math.Max(group.Length, Math.Min(_shape.BytesMax, 2 * records.Length)));
            }

            var read = await store.ReadAsync(group.Pack.Name, group.Start, records.AsMemory(0, group.Length), ct);
            foreach (var (number, id, offset, length) in group.Chunks)
            {
                var at = (int)(offset - group.Start);
                var whole = at + length <= read && reader.TryOpen(group.Pack, id, records.AsSpan(at, length), chunk);
                if (!whole)
                {
                    index.MarkDamaged(group.Pack);
                    if (!await TryReadAsync(reader, id, chunk, ct))
                    {
                        throw Unreadable(disk, number);
                    }
                }

                var position = number * disk.ChunkSizeBytes;
                var bytes = (int)Math.Min(disk.ChunkSizeBytes, disk.SizeBytes - position);
                await target.WriteAsync(position, chunk.AsMemory(0, bytes), ct);
            }

            done.Copied(group.Chunks.Count);
        }
    }
}
