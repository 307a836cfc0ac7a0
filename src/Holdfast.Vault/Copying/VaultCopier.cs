using System.Runtime.ExceptionServices;

namespace Holdfast.Vault;

/// <summary>
/// Copies points to another vault, with a key of its own or the same. A point that is there already is known by its origin; of the others only those chunks
/// are read in which a disk differs from that of the point copied before, and only those stored that the other vault hasn't got.
/// </summary>
internal sealed class VaultCopier(BackupVault from, BackupVault to)
{
    public async Task<VaultCopyReport> RunAsync(IReadOnlyList<Point> points, IProgress<VaultCopyProgress>? progress, CancellationToken ct)
    {
        var there = (await to.ListPointsAsync(null, ct)).Where(p => p.Origin?.Vault == from.Id).ToLookup(p => p.Origin!.Point);
        var missing = points.Where(p => !there.Contains(p.PointId)).OrderBy(p => p.CreatedUtc).ThenBy(p => p.PointId.Value).ToList();
        var known = (await from.ListPointsAsync(null, ct)).Where(p => there.Contains(p.PointId)).ToList();
        var pairs = known.Select(p => (Original: p, Copy: there[p.PointId].First())).ToList();
        var copied = new List<PointId>();
        long read = 0, stored = 0;
        ExceptionDispatchInfo? failure = null;
        foreach (var point in missing)
        {
            // The nearest point of the same source that both have.
            var near = pairs.Where(p => p.Original.SourceId == point.SourceId)
                .OrderBy(p => (p.Original.CreatedUtc - point.CreatedUtc).Duration()).FirstOrDefault();
            try
            {
                Point copy;
                try
                {
                    copy = await CopyAsync(point, near.Original, near.Copy);
                }
                catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged && near.Original is { } other && e.Points.Contains(other.PointId))
                {
                    // The map of the point that it is compared with is lost, which doesn't concern this one.
                    copy = await CopyAsync(point, null, null);
                }

                pairs.Add((point, copy));
                copied.Add(point.PointId);
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
            {
                // What can be copied is: the points after this one may be all that is left of the source one day.
                failure ??= ExceptionDispatchInfo.Capture(e);
            }

            progress?.Report(new VaultCopyProgress(copied.Count, missing.Count, read));
        }

        failure?.Throw();
        return new VaultCopyReport(copied, points.Count - missing.Count, read, stored);

        async Task<Point> CopyAsync(Point point, Point? original, Point? basedOn)
        {
            await using var session = await to.OpenSessionAsync(point.SourceId, ct);
            session.Origin = new PointOrigin(from.Id, point.PointId);
            foreach (var disk in point.Disks)
            {
                await CopyDiskAsync(session, disk, Named(original, disk), Named(basedOn, disk), ct);
                progress?.Report(new VaultCopyProgress(copied.Count, missing.Count, read + session.Statistics.ReadBytes));
            }

            foreach (var attachment in point.Attachments)
            {
                await session.AddAttachmentAsync(attachment.Name, await from.ReadAttachmentAsync(point, attachment.Name, ct), ct);
            }

            // Before the point is there: whoever sees it sees that it is kept.
            if (point.Retention != RetentionMark.None)
            {
                await to.MarkAheadAsync(point.SourceId, session.PointId, point.Retention, ct);
            }

            var copy = await session.CommitAsync(point.Properties, point.CreatedUtc, ct);
            (read, stored) = (read + session.Statistics.ReadBytes, stored + session.Statistics.StoredBytes);
            return copy;
        }
    }

    private static PointDisk? Named(Point? point, PointDisk like) => point?.Disks.FirstOrDefault(
        d => d.Name == like.Name && d.SizeBytes == like.SizeBytes && d.ChunkSizeBytes == like.ChunkSizeBytes && d.Identity == like.Identity);

    private async Task CopyDiskAsync(VaultSession session, PointDisk disk, PointDisk? before, PointDisk? basedOn, CancellationToken ct)
    {
        // Damage isn't inherited (INV-5): what the other vault has lost of its copy is read again, with all else, and what it has isn't stored again.
        var isIncremental = before is not null && basedOn is not null && !await to.FindUnreadableChunksAsync(basedOn, ct).AnyAsync(ct);
        var writer = session.BeginDisk(new DiskSpec(disk.Name, disk.SizeBytes, disk.ChunkSizeBytes, disk.Identity), isIncremental ? basedOn : null);
        using var reader = from.ReadInOrder();
        await foreach (var (chunk, id) in from.CompareDisksAsync(isIncremental ? before : null, disk, ct))
        {
            if (id.IsZero)
            {
                await writer.WriteZerosAsync(chunk, 1, ct);
                continue;
            }

            var buffer = to.RentChunk(disk.ChunkSizeBytes);
            try
            {
                await from.ReadChunkAsync(reader, disk, chunk, id, buffer.Memory, ct);
            }
            catch
            {
                buffer.Dispose();
                throw;
            }

            await writer.WriteChunkAsync(chunk, buffer, ct);
        }

        await writer.CompleteAsync(ct);
    }
}
