namespace Holdfast.Vault;

/// <summary>The point that a point is a copy of.</summary>
/// <param name="Vault">Its vault.</param>
/// <param name="Point">Its id there.</param>
public sealed record PointOrigin(VaultId Vault, PointId Point);
