using Holdfast.Vault;

namespace Holdfast.Cli.Documents;

/// <summary>What a garbage collection did, in JSON.</summary>
internal sealed record GcDocument(
    bool DryRun, int PointsMarked, int PacksDropped, long DroppedBytes, int PacksRepacked, long RepackedBytes, int PacksKept, int PacksCondemned,
    long CondemnedBytes, DateTimeOffset? DroppableFrom, IReadOnlyList<WaitingSessionDocument> WaitingFor, IReadOnlyList<UnreadablePointDocument> Unreadable)
{
    public static GcDocument Of(GcResult r) => new(
        r.DryRun, r.PointsMarked, r.PacksDropped, r.DroppedBytes, r.PacksRepacked, r.RepackedBytes, r.PacksKept, r.PacksCondemned, r.CondemnedBytes,
        r.DroppableFrom?.ToUniversalTime(),
        [.. r.WaitingFor.Select(s => new WaitingSessionDocument(
            s.PointId.ToString(), s.SourceId.ToString(), s.Host, s.ProcessId, s.OpenedUtc.ToUniversalTime()))],
        [.. r.Unreadable.Select(UnreadablePointDocument.Of)]);
}

/// <summary>An open session that a collection waits for, in JSON.</summary>
internal sealed record WaitingSessionDocument(string Session, string Source, string Host, int ProcessId, DateTimeOffset Opened);

/// <summary>A point that can't be read, in JSON.</summary>
internal sealed record UnreadablePointDocument(string Point, string Source, string Reason)
{
    public static UnreadablePointDocument Of(UnreadablePoint p) => new(p.PointId.ToString(), p.SourceId.ToString(), p.Reason);
}

/// <summary>What a vault holds, in JSON.</summary>
internal sealed record VaultStatsDocument(
    int Points, long LogicalBytes, long DataBytes, long UniqueBytes, long StoredBytes, double DedupRatio, double CompressionRatio,
    long ReclaimableBytes, long TotalBytes, IReadOnlyList<UnreadablePointDocument> Unreadable)
{
    public static VaultStatsDocument Of(VaultStatistics s) => new(
        s.Points, s.LogicalBytes, s.DataBytes, s.UniqueBytes, s.StoredBytes, Math.Round(s.DedupRatio, 3), Math.Round(s.CompressionRatio, 3),
        s.ReclaimableBytes, s.TotalBytes, [.. s.Unreadable.Select(UnreadablePointDocument.Of)]);
}

/// <summary>What a scrub found, in JSON.</summary>
internal sealed record ScrubDocument(
    bool Healthy, long PacksChecked, long ReadBytes, long Packs, long PackBytes, DateTimeOffset? OldestCheck,
    IReadOnlyList<DamagedPackDocument> DamagedPacks, IReadOnlyList<DamagedDiskDocument> DamagedDisks)
{
    public static ScrubDocument Of(ScrubReport r) => new(
        r.IsHealthy, r.PacksChecked, r.BytesRead, r.PacksTotal, r.TotalBytes, r.OldestCheckUtc?.ToUniversalTime(),
        [.. r.DamagedPacks.Select(p => new DamagedPackDocument(p.PackId.ToString(), p.ObjectName, p.Reason))],
        [.. r.DamagedDisks.Select(d => new DamagedDiskDocument(d.PointId.ToString(), d.SourceId.ToString(), d.DiskName, d.UnreadableChunks))]);
}

/// <summary>A disk of a point that can't be restored whole, in JSON.</summary>
internal sealed record DamagedDiskDocument(string Point, string Source, string Disk, long UnreadableChunks);

/// <summary>What a check without keys found, in JSON.</summary>
internal sealed record HashCheckDocument(int Lists, long Objects, long ReadBytes, IReadOnlyList<string> Damaged);

/// <summary>What copying to another vault came to, in JSON.</summary>
internal sealed record CopyDocument(IReadOnlyList<string> Copied, int AlreadyThere, long ReadBytes, long StoredBytes);

/// <summary>What was indexed anew, in JSON.</summary>
internal sealed record RebuiltDocument(int Packs, int DamagedSegments);

/// <summary>What a store showed when it was tried, in JSON.</summary>
internal sealed record ProbeDocument(string Place, IReadOnlyList<StoreCheck> Checks, double? ClockDifferenceSeconds, RetentionSupport? Retention, string? RetentionDetail)
{
    public static ProbeDocument Of(string place, StoreProbeReport r) => new(
        place, r.Checks, r.ClockDifference?.TotalSeconds is { } seconds ? Math.Round(seconds, 3) : null, r.Retention?.Support, r.Retention?.Detail);
}
