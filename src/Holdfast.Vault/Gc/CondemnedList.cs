namespace Holdfast.Vault;

/// <summary>A generation of condemned packs.</summary>
/// <param name="Generation">Its id.</param>
/// <param name="CondemnedUtc">When it was published, by the collector's clock.</param>
/// <param name="Packs">The packs, with their sessions.</param>
/// <param name="Retired">The deleted points that were known before: what only those needed isn't needed any more.</param>
internal sealed record CondemnedList(
    Guid Generation, DateTimeOffset CondemnedUtc, IReadOnlyDictionary<PackId, PointId> Packs, IReadOnlySet<PointId> Retired);
