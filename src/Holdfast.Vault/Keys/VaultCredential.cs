using System.Text;

namespace Holdfast.Vault;

/// <summary>What a user opens a vault with. Its text never shows the secret.</summary>
public sealed class VaultCredential
{
    /// <summary>The longest secret accepted.</summary>
    public const int SecretBytesMax = 1024;

    private VaultCredential(KeySlotKind kind, byte[] secret) => (Kind, Secret) = (kind, secret);

    /// <summary>The kind of slot it can open.</summary>
    public KeySlotKind Kind { get; }

    internal byte[] Secret { get; }

    /// <summary>A passphrase; its UTF-8 bytes count, as given.</summary>
    /// <exception cref="ArgumentException">It is empty or too long.</exception>
    public static VaultCredential FromPassphrase(string passphrase) =>
        new(KeySlotKind.Passphrase, Checked(Encoding.UTF8.GetBytes(passphrase)));

    /// <summary>A recovery key as it was printed; case, spaces and hyphens don't matter.</summary>
    /// <exception cref="FormatException">It is mistyped (its checksum says so).</exception>
    public static VaultCredential FromRecoveryKey(string text) => new(KeySlotKind.RecoveryKey, RecoveryKey.Parse(text).ToSecret());

    /// <summary>The bytes of a key file: at least 32, random.</summary>
    /// <exception cref="ArgumentException">They are too few or too many.</exception>
    public static VaultCredential FromKeyFile(ReadOnlySpan<byte> content) =>
        content.Length >= 32
            ? new(KeySlotKind.KeyFile, Checked(content.ToArray()))
            : throw new ArgumentException("A key file has at least 32 bytes.", nameof(content));

    /// <inheritdoc/>
    public override string ToString() => Kind.ToString();

    private static byte[] Checked(byte[] secret) =>
        secret.Length is > 0 and <= SecretBytesMax
            ? secret
            : throw new ArgumentException($"A secret has 1 to {SecretBytesMax} bytes.", nameof(secret));
}
