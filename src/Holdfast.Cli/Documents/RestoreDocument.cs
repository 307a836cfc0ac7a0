using Holdfast.Faults;
using Holdfast.Protection.Points;
using Holdfast.Protection.Restore;

namespace Holdfast.Cli.Documents;

/// <summary>The outcome of a restore in JSON.</summary>
internal sealed record RestoreDocument(
    string Point, string? Vm, Guid? Uuid, IReadOnlyList<RestoredDiskDocument> Disks, IReadOnlyList<string> Files, long WrittenBytes, double Seconds, TimesDocument? Times,
    IReadOnlyList<FaultDocument> Warnings)
{
    public static RestoreDocument Of(RecoveryPoint point, RestoreResult r, FaultLanguage language)
    {
        var sizes = point.Details.Disks.ToDictionary(d => d.Target, d => d.SizeBytes);
        var written = r.Images.OrderBy(i => i.Key, StringComparer.Ordinal).ToList();
        return new(
            point.Id.ToString(), r.Name, r.Uuid,
            [.. written.Where(i => sizes.ContainsKey(i.Key)).Select(i => new RestoredDiskDocument(i.Key, i.Value, sizes[i.Key]))],
            [.. written.Where(i => !sizes.ContainsKey(i.Key)).Select(i => i.Value)],
            r.WrittenBytes, Math.Round(r.Duration.TotalSeconds, 3), TimesDocument.Of(r.Times), FaultDocument.Of(r.Warnings, language));
    }
}

/// <summary>A restored image in JSON.</summary>
internal sealed record RestoredDiskDocument(string Target, string Path, long SizeBytes);
