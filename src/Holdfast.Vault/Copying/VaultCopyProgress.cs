namespace Holdfast.Vault;

/// <summary>How far copying to another vault is.</summary>
/// <param name="PointsDone">Points done.</param>
/// <param name="PointsTotal">Points to copy.</param>
/// <param name="ReadBytes">Bytes read.</param>
public readonly record struct VaultCopyProgress(int PointsDone, int PointsTotal, long ReadBytes);
