using Holdfast.Faults;
using Holdfast.Protection.Backup;

namespace Holdfast.Cli.Documents;

/// <summary>The outcome of one VM's backup in JSON. Members that a failed run has no value for are null or 0.</summary>
internal sealed record BackupDocument(
    string Vm, Guid? Uuid, string Outcome, string? Point, DateTimeOffset? Created, Consistency? Consistency, bool Degraded,
    double? FrozenMilliseconds, IReadOnlyList<DiskDocument> Disks, IReadOnlyList<SkippedDocument> Skipped,
    long ReadBytes, long NewBytes, long StoredBytes, double Seconds, TimesDocument? Times, IReadOnlyList<FaultDocument> Warnings, FaultDocument? Fault)
{
    public static BackupDocument Of(BackupResult r, FaultLanguage language)
    {
        var warned = r.Degraded || r.Warnings.Any(w => FaultCatalogue.Shared.SeverityOf(w) != FaultSeverity.Info);
        return new(
            r.Point.Details.Name, r.Point.Stored.SourceId.Value, warned ? "warning" : "succeeded", r.Point.Id.ToString(),
            r.Point.CreatedUtc.ToUniversalTime(), r.Point.Details.Consistency, r.Degraded, r.Timing.Frozen?.TotalMilliseconds,
            DiskDocument.Of(r.Point), SkippedDocument.Of(r.Point), r.ReadBytes, r.NewBytes, r.StoredBytes,
            Math.Round(r.Timing.Total.TotalSeconds, 3), TimesDocument.Of(r.Timing.Phases), FaultDocument.Of(r.Warnings, language), null);
    }

    public static BackupDocument Of(string vm, Guid? uuid, string outcome, Fault fault, FaultLanguage language) =>
        new(vm, uuid, outcome, null, null, null, false, null, [], [], 0, 0, 0, 0, null, [], FaultDocument.Of(fault, language));
}

/// <summary>The outcomes of one backup command.</summary>
internal sealed record BackupsDocument(IReadOnlyList<BackupDocument> Results);
