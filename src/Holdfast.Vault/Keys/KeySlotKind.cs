namespace Holdfast.Vault;

/// <summary>What opens a key slot.</summary>
public enum KeySlotKind
{
    /// <summary>A passphrase that a person remembers, stretched by PBKDF2.</summary>
    Passphrase = 1,

    /// <summary>The recovery key, printed once.</summary>
    RecoveryKey = 2,

    /// <summary>The bytes of a key file.</summary>
    KeyFile = 3,
}
