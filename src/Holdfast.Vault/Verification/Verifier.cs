using System.Collections.Concurrent;

namespace Holdfast.Vault;

/// <summary>
/// Checks points: finds the packs their maps lead to, reads each of those whole once, then tells which chunks are lost.
/// Memory: a number per pack, not per chunk.
/// </summary>
internal sealed class Verifier(IObjectStore store, VaultKeys keys, VaultIndex index, VaultOpenOptions options)
{
    public async Task<VerifyReport> RunAsync(IReadOnlyList<Point> points, IProgress<VerifyProgress>? progress, CancellationToken ct)
    {
        var (packs, _) = await WalkAsync(points, verdicts: null, ct);
        // Also what the points' sessions wrote: a map that can't be read doesn't lead to it.
        var sessions = points.Select(p => p.PointId).ToHashSet();
        packs.UnionWith(index.Packs.Values.Where(p => sessions.Contains(p.Session) && !p.Condemned));
        var sums = await PackSums.ReadAsync(store, packs.Select(p => p.Session).ToHashSet(), ct);
        var verdicts = new ConcurrentDictionary<PackId, PackVerdict>();
        var total = packs.Sum(p => p.SizeBytes);
        var missing = new ConcurrentBag<(PackInfo Pack, int Version)>();
        long packsDone = 0, bytesDone = 0, chunks = 0;
        await Parallel.ForEachAsync(
            packs.OrderBy(p => p.Session.Value),
            new ParallelOptions { MaxDegreeOfParallelism = ReadShape.Of(store).Readers(options.Parallelism), CancellationToken = ct },
            async (pack, token) =>
            {
                var version = index.Version;
                var verdict = await PackCheck.RunAsync(store, keys, pack, sums.GetValueOrDefault(pack.Id), token);
                verdicts[pack.Id] = verdict;
                Interlocked.Add(ref chunks, verdict.GoodRecords);
                var (done, bytes) = (Interlocked.Increment(ref packsDone), Interlocked.Add(ref bytesDone, verdict.BytesRead));
                progress?.Report(new VerifyProgress(done, packs.Count, bytes, total));
                if (verdict == PackVerdict.Missing)
                {
                    missing.Add((pack, version));
                }
                else if (verdict.Reason is { } reason)
                {
                    index.MarkDamaged(pack);
                    await DamageRecord.WriteAsync(store, keys, options.TimeProvider, pack, reason, token);
                }
            });

        if (!missing.IsEmpty)
        {
            // Garbage collection may have dropped them meanwhile; then the index doesn't name them any more.
            await index.ReloadAsync(missing.Max(m => m.Version), ct);
            foreach (var (pack, _) in missing)
            {
                if (index.Packs.TryGetValue(pack.Id, out var known) && !known.Condemned)
                {
                    index.MarkDamaged(pack);
                    await DamageRecord.WriteAsync(store, keys, options.TimeProvider, pack, PackVerdict.Missing.Reason!, ct);
                }
                else
                {
                    verdicts.TryRemove(pack.Id, out _);
                    packs.Remove(pack);
                }
            }
        }

        var disks = await FindDamagedDisksAsync(points, verdicts, ct);
        return new VerifyReport(
            points.Count, chunks, packs.Count, bytesDone,
            [.. packs.Where(p => verdicts[p.Id].Reason is not null).Select(p => new DamagedPack(p.Id, p.Name.Value, verdicts[p.Id].Reason!))],
            await CheckSegmentsAsync(points, sums.Segments, ct),
            disks, []);
    }

    /// <summary>What can't be restored, by these verdicts.</summary>
    public async Task<IReadOnlyList<DamagedDisk>> FindDamagedDisksAsync(
        IReadOnlyList<Point> points, ConcurrentDictionary<PackId, PackVerdict> verdicts, CancellationToken ct)
    {
        var (_, disks) = await WalkAsync(points, verdicts, ct);
        if (disks.Count > 0)
        {
            // The index may be of a moment in which a collection was moving what is missed: before anything is called lost, it is read anew.
            await index.ReloadAsync(index.Version, ct);
            (_, disks) = await WalkAsync(points, verdicts, ct);
        }

        return disks;
    }

    /// <summary>Walks the points' maps: without verdicts for the packs they need, with verdicts for what is lost.</summary>
    private async Task<(HashSet<PackInfo> Packs, List<DamagedDisk> Disks)> WalkAsync(
        IReadOnlyList<Point> points, ConcurrentDictionary<PackId, PackVerdict>? verdicts, CancellationToken ct)
    {
        var packs = new HashSet<PackInfo>();
        var disks = new List<DamagedDisk>();
        using var reader = new PackReader(store, keys);
        var map = new MapReader(index, reader);
        foreach (var point in points)
        {
            foreach (var disk in point.Disks)
            {
                long lost = 0;
                Note(disk.MapRoot);
                await foreach (var leaf in map.ReadAsync(disk, healthyOnly: false, ct))
                {
                    Note(leaf.PageId);
                    for (var i = 0; leaf.Ids is not null && i < leaf.Count; i++)
                    {
                        lost += Note(leaf[i]) ? 0 : 1;
                    }

                    lost += leaf.Ids is null ? leaf.Count : 0;
                }

                if (lost > 0)
                {
                    disks.Add(new DamagedDisk(point.PointId, point.SourceId, disk.Name, lost));
                }
            }

            foreach (var attachment in point.Attachments)
            {
                var lost = attachment.Chunks.Count(id => !Note(id));
                if (lost > 0)
                {
                    disks.Add(new DamagedDisk(point.PointId, point.SourceId, attachment.Name, lost));
                }
            }
        }

        return (packs, disks);

        bool Note(ChunkId id)
        {
            if (id.IsZero)
            {
                return true;
            }

            if (!index.TryFind(id, healthyOnly: false, out var at))
            {
                return false;
            }

            packs.Add(at.Pack);
            // A damaged pack may hold the record whole all the same.
            return verdicts is null || (verdicts.TryGetValue(at.Pack.Id, out var verdict) ? !verdict.IsLost(at.Offset) : at.Pack.Healthy);
        }
    }

    /// <summary>The points' own segments, read again from the store: the cache can't tell of damage there.</summary>
    private async Task<List<string>> CheckSegmentsAsync(
        IReadOnlyList<Point> points, IReadOnlyCollection<ObjectName> recorded, CancellationToken ct)
    {
        var damaged = new List<string>();
        var names = recorded.ToHashSet();
        foreach (var session in points.Select(p => p.PointId).Distinct())
        {
            await foreach (var item in store.ListAsync($"{Names.Index}{session}/", ct))
            {
                names.Add(item.Name);
            }
        }

        var missing = new List<ObjectName>();
        foreach (var name in names)
        {
            try
            {
                if (await store.ReadWholeAsync(name, IndexSegment.BytesMax, ct) is not { } bytes)
                {
                    missing.Add(name);
                }
                else if (SealedObject.Open(keys, SealLabel.Index, name, bytes).Length == 0)
                {
                    damaged.Add(name.Value);
                }
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
            {
                damaged.Add(name.Value);
            }
        }

        if (missing.Count > 0)
        {
            // Garbage collection may have replaced them meanwhile: what the lists name now has to be there.
            var sums = await PackSums.ReadAsync(
                store, missing.Select(m => Names.TryParseOwned(m, Names.Index, out var owner, out _) ? owner : default).ToHashSet(), ct);
            damaged.AddRange(missing.Intersect(sums.Segments).Select(m => m.Value));
        }

        return damaged;
    }
}
