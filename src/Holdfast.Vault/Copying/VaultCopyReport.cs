namespace Holdfast.Vault;

/// <summary>What copying to another vault came to.</summary>
/// <param name="Copied">The points copied now, by their ids in the vault they come from.</param>
/// <param name="AlreadyThere">How many were there before.</param>
/// <param name="ReadBytes">Bytes that were read and compared with what the other vault has.</param>
/// <param name="StoredBytes">Bytes by which the other vault grew.</param>
public sealed record VaultCopyReport(IReadOnlyList<PointId> Copied, int AlreadyThere, long ReadBytes, long StoredBytes);
