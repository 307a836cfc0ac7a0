namespace Holdfast.Vault;

/// <summary>A vault's figures, from listings alone.</summary>
/// <param name="VaultId">Its id.</param>
/// <param name="CreatedUtc">When it was made.</param>
/// <param name="Points">How many points it holds.</param>
/// <param name="Packs">How many packs.</param>
/// <param name="PackBytes">The packs' bytes.</param>
/// <param name="IndexBytes">The index segments' bytes.</param>
/// <param name="TotalBytes">All objects' bytes.</param>
/// <param name="DamagedPacks">How many packs are recorded as damaged, or missing.</param>
/// <param name="OpenSessions">How many sessions are open.</param>
public sealed record VaultInfo(
    VaultId VaultId, DateTimeOffset CreatedUtc, int Points, long Packs, long PackBytes, long IndexBytes, long TotalBytes,
    int DamagedPacks, int OpenSessions)
{
    /// <summary>How long it keeps points.</summary>
    public VaultImmutability Immutability { get; init; } = VaultImmutability.None;

    /// <summary>Whether the store itself keeps what a locked vault needs until a date, which nobody can make earlier; a folder can't.</summary>
    public bool StoreKeepsDates { get; init; }

    /// <summary>Whether it keeps it until a date which accounts with a right of their own can make earlier (S3's GOVERNANCE, Azure's unlocked policies).</summary>
    public bool StoreDatesAreRevocable { get; init; }
}
