namespace Holdfast.Vault;

/// <summary>A vault's description as it was read, with its seal checked.</summary>
/// <param name="Config">The description.</param>
/// <param name="Generation">Its generation, which is never written again.</param>
internal sealed record KnownConfig(VaultConfig Config, int Generation);
