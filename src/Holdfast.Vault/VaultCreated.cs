namespace Holdfast.Vault;

/// <summary>A vault that was just made.</summary>
/// <param name="VaultId">Its id.</param>
/// <param name="RecoveryKey">Its recovery key: shown now and never again.</param>
public sealed record VaultCreated(VaultId VaultId, RecoveryKey RecoveryKey);
