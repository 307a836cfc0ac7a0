namespace Holdfast.Vault;

/// <content>Space.</content>
public sealed partial class BackupVault
{
    /// <summary>Gives back the space of what no point needs any more. Backups, restores and checks may go on meanwhile.</summary>
    /// <exception cref="VaultException">Conflict: another collection is at work.</exception>
    public async Task<GcResult> CollectGarbageAsync(GcOptions options, IProgress<GcProgress>? progress, CancellationToken ct)
    {
        await RequireAsync(VaultOperation.Gc, ct);
        using var collector = new GarbageCollector(this, _points, _retention, options, progress);
        return await collector.RunAsync(ct);
    }

    /// <summary>What the vault holds and how well it is packed. Reads all maps.</summary>
    public async Task<VaultStatistics> GetStatisticsAsync(IProgress<GcProgress>? progress, CancellationToken ct)
    {
        var roots = await LiveRoots.ReadAsync(_points, _ => true, ct);
        await RefreshAsync(ct);
        var marks = new LiveMarks(Index.Files);
        using var reader = new PackReader(Store, Keys);
        var marker = new Marker(Index, marks, reader);
        var unreadable = roots.Unknown.ToList();
        long done = 0;
        foreach (var point in roots.Points)
        {
            if (!await marker.MarkAsync(point, ct))
            {
                unreadable.Add(new UnreadablePoint(point.SourceId, point.PointId, "A page of its map can't be read."));
            }

            done++;
            progress?.Report(new GcProgress(GcStage.Mark, done, roots.Points.Count));
        }

        var total = await GetHeldBytesAsync(ct);
        return new VaultStatistics(
            roots.Points.Count, roots.Points.Sum(p => p.Disks.Sum(d => d.SizeBytes)), marker.DataBytes, marker.UniqueBytes, marker.StoredBytes,
            marks.Usage().Values.Where(u => Index.Packs.ContainsKey(u.Pack.Id)).Sum(u => u.RecordBytes - u.NeededBytes), total, unreadable);
    }

    /// <summary>The bytes of all objects, whoever needs them. Lists the store, and reads nothing.</summary>
    public async Task<long> GetHeldBytesAsync(CancellationToken ct)
    {
        long total = 0;
        await foreach (var item in Store.ListAsync("", ct))
        {
            total += item.SizeBytes;
        }

        return total;
    }
}
