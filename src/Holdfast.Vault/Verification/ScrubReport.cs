namespace Holdfast.Vault;

/// <summary>What a scrub found.</summary>
/// <param name="PacksChecked">How many packs were read whole.</param>
/// <param name="BytesRead">How many bytes that took.</param>
/// <param name="PacksTotal">How many packs the vault has.</param>
/// <param name="TotalBytes">How many bytes they have.</param>
/// <param name="OldestCheckUtc">When the pack was checked that wasn't for longest; null if there is one that never was.</param>
/// <param name="DamagedPacks">Packs found damaged or missing, now recorded in the vault: nobody relies on them any more.</param>
/// <param name="DamagedDisks">What can't be restored whole because of these. The next backup of such a disk reads those ranges again.</param>
public sealed record ScrubReport(
    long PacksChecked, long BytesRead, long PacksTotal, long TotalBytes, DateTimeOffset? OldestCheckUtc,
    IReadOnlyList<DamagedPack> DamagedPacks, IReadOnlyList<DamagedDisk> DamagedDisks)
{
    /// <summary>Whether nothing that was read is damaged.</summary>
    public bool IsHealthy => DamagedPacks.Count == 0;
}
