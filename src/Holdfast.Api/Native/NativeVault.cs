namespace Holdfast.Api.Native;

/// <summary>What a vault's resource says besides.</summary>
/// <param name="VaultId">Its id, which also names the folder of its store.</param>
public sealed record NativeVault(Guid VaultId);
