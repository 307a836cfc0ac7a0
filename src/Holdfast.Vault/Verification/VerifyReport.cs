namespace Holdfast.Vault;

/// <summary>What a verification found.</summary>
/// <param name="PointsChecked">How many points were checked.</param>
/// <param name="ChunksChecked">How many different chunks were read, decrypted and compared with their ids.</param>
/// <param name="PacksChecked">How many packs were read whole and compared with their recorded hash.</param>
/// <param name="BytesRead">How many bytes that took.</param>
/// <param name="DamagedPacks">Packs found damaged or missing, now recorded in the vault.</param>
/// <param name="DamagedIndexSegments">Index segments found damaged or missing; reads go on from the packs' footers.</param>
/// <param name="DamagedDisks">What can't be restored whole.</param>
/// <param name="UnreadablePoints">Points whose own object is damaged.</param>
public sealed record VerifyReport(
    int PointsChecked,
    long ChunksChecked,
    long PacksChecked,
    long BytesRead,
    IReadOnlyList<DamagedPack> DamagedPacks,
    IReadOnlyList<string> DamagedIndexSegments,
    IReadOnlyList<DamagedDisk> DamagedDisks,
    IReadOnlyList<UnreadablePoint> UnreadablePoints)
{
    /// <summary>Whether every point checked can be restored whole and nothing is damaged.</summary>
    public bool IsHealthy =>
        DamagedPacks.Count == 0 && DamagedDisks.Count == 0 && UnreadablePoints.Count == 0 && DamagedIndexSegments.Count == 0;

    /// <summary>Whether every point checked can be restored whole. Damage to what none of them needs, or what another pack has too, doesn't matter to that.</summary>
    public bool IsRestorable => DamagedDisks.Count == 0 && UnreadablePoints.Count == 0 && DamagedIndexSegments.Count == 0;

    /// <summary>The points that can't be restored whole.</summary>
    public IReadOnlyList<PointId> PointsConcerned =>
        [.. DamagedDisks.Select(d => d.PointId).Concat(UnreadablePoints.Select(p => p.PointId)).Distinct()];
}
