namespace Holdfast.Vault;

/// <summary>The sessions whose packs count, as they were listed: first the points, then the retired ones (INV-6).</summary>
/// <param name="Present">Those whose point is there.</param>
/// <param name="Retired">Those whose point was deleted, or is about to be.</param>
internal sealed record CommittedSessions(IReadOnlyDictionary<PointId, SourceId> Present, IReadOnlyDictionary<PointId, SourceId> Retired)
{
    public HashSet<PointId> All => [.. Present.Keys, .. Retired.Keys];

    /// <summary>Whether a disk may be based on the point: it isn't deleted, nor is that under way (INV-11).</summary>
    public bool MayBeBase(PointId point) => Present.ContainsKey(point) && !Retired.ContainsKey(point);
}
