using Holdfast.Protection.Backup;
using Holdfast.Protection.Points;

namespace Holdfast.Cli.Documents;

/// <summary>A recovery point in JSON.</summary>
internal sealed record PointDocument(
    string Id, string Vm, Guid Uuid, SourceKind Kind, string Host, DateTimeOffset Created, Consistency Consistency, string? ConsistencyReason,
    bool Online, IReadOnlyList<DiskDocument> Disks, IReadOnlyList<SkippedDocument> Skipped, string? Note, bool Protected,
    DateTimeOffset? RetainUntil, DateTimeOffset? LockedUntil, double? FrozenMilliseconds, long LogicalBytes, long ReadBytes, long NewBytes, long StoredBytes)
{
    public static PointDocument Of(RecoveryPoint p) => new(
        p.Id.ToString(), p.Details.Name, p.Stored.SourceId.Value, p.Details.Kind, p.Details.Host, p.CreatedUtc.ToUniversalTime(),
        p.Details.Consistency, p.Details.ConsistencyReason, p.Details.Online, DiskDocument.Of(p), SkippedDocument.Of(p), p.Details.Note,
        p.Stored.Retention.Protected, p.Stored.Retention.RetainUntil?.ToUniversalTime(), p.Stored.LockedUntilUtc?.ToUniversalTime(), p.Details.FrozenMilliseconds,
        p.Stored.Statistics.LogicalBytes, p.ReadBytes, p.Stored.Statistics.NewBytes, p.Stored.Statistics.StoredBytes);
}

/// <summary>A disk of a point in JSON.</summary>
internal sealed record DiskDocument(
    string Target, string Format, string Source, long SizeBytes, ReadMode Mode, string? Reason, string? BasePoint, long ReadBytes)
{
    public static IReadOnlyList<DiskDocument> Of(RecoveryPoint p) =>
        [.. p.Details.Disks.Select(d => new DiskDocument(d.Target, d.Format, d.SourcePath, d.SizeBytes, d.Mode, d.Reason, d.BasePoint, d.ReadBytes))];
}

/// <summary>A disk of the VM that a point lacks, in JSON.</summary>
internal sealed record SkippedDocument(string Target, string Reason)
{
    public static IReadOnlyList<SkippedDocument> Of(RecoveryPoint p) => [.. p.Details.Skipped.Select(s => new SkippedDocument(s.Target, s.Reason))];
}

/// <summary>Several points in JSON.</summary>
internal sealed record PointsDocument(IReadOnlyList<PointDocument> Points);

/// <summary>What pruning does, or would do, with a point.</summary>
internal sealed record PruneDocument(string Id, string Vm, Guid Uuid, DateTimeOffset Created, bool Keep, IReadOnlyList<string> Reasons);

/// <summary>The outcome of pruning.</summary>
internal sealed record PrunedDocument(bool DryRun, IReadOnlyList<PruneDocument> Points, IReadOnlyList<string> Deleted);
