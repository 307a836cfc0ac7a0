using Holdfast.Faults;
using Holdfast.Protection.Points;
using Holdfast.Protection.Restore;

namespace Holdfast.Cli.Documents;

/// <summary>The outcome of a restore in JSON.</summary>
internal sealed record RestoreDocument(
    string Point, string? Vm, Guid? Uuid, IReadOnlyList<RestoredDiskDocument> Disks, long WrittenBytes, double Seconds, IReadOnlyList<FaultDocument> Warnings)
{
    public static RestoreDocument Of(RecoveryPoint point, RestoreResult r, FaultLanguage language)
    {
        var sizes = point.Stored.Disks.ToDictionary(d => d.Name, d => d.SizeBytes);
        return new(
            point.Id.ToString(), r.Name, r.Uuid,
            [.. r.Images.OrderBy(i => i.Key, StringComparer.Ordinal).Select(i => new RestoredDiskDocument(i.Key, i.Value, sizes.GetValueOrDefault(i.Key)))],
            r.WrittenBytes, Math.Round(r.Duration.TotalSeconds, 3), FaultDocument.Of(r.Warnings, language));
    }
}

/// <summary>A restored image in JSON.</summary>
internal sealed record RestoredDiskDocument(string Target, string Path, long SizeBytes);
