namespace Holdfast.Vault;

/// <summary>How a vault is made.</summary>
public sealed class VaultInitOptions
{
    /// <summary>The first passphrase.</summary>
    public required string Passphrase { get; init; }

    /// <summary>A note that key lists show for the passphrase.</summary>
    public string PassphraseLabel { get; init; } = "first passphrase";

    /// <summary>Rounds of PBKDF2-HMAC-SHA512; recorded in the slot.</summary>
    public int Iterations { get; init; } = 210_000;

    /// <summary>Tells the time of creation.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
