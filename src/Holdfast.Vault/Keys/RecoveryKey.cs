using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>
/// 160 random bits and a checksum of 20, as nine groups of four characters that are hard to confuse
/// (Crockford's base 32). Opens the vault without any passphrase. <see cref="object.ToString"/> shows it: print it once.
/// </summary>
public sealed class RecoveryKey
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int SecretBytes = 20;
    private const int SecretChars = 32;
    private const int ChecksumChars = 4;

    private readonly byte[] _secret;

    private RecoveryKey(byte[] secret) => _secret = secret;

    /// <summary>Reads a printed key: case, spaces and hyphens don't matter, nor O for 0 and I or L for 1.</summary>
    /// <exception cref="FormatException">It isn't one, or its checksum is wrong.</exception>
    public static RecoveryKey Parse(string text) =>
        TryParse(text, out var key) ? key : throw new FormatException("This isn't a recovery key, or it is mistyped.");

    /// <summary>Reads a printed key, if the text is one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out RecoveryKey? key)
    {
        key = null;
        Span<byte> digits = stackalloc byte[SecretChars + ChecksumChars];
        var count = 0;
        foreach (var c in text ?? "")
        {
            if (c is '-' or ' ' or '\t' or '\r' or '\n')
            {
                continue;
            }

            var digit = Alphabet.IndexOf(char.ToUpperInvariant(c) switch { 'O' => '0', 'I' or 'L' => '1', var other => other });
            if (digit < 0 || count == digits.Length)
            {
                return false;
            }

            digits[count++] = (byte)digit;
        }

        if (count != digits.Length)
        {
            return false;
        }

        var secret = new byte[SecretBytes];
        for (var i = 0; i < SecretChars * 5; i++)
        {
            secret[i / 8] |= (byte)(((digits[i / 5] >> (4 - (i % 5))) & 1) << (7 - (i % 8)));
        }

        Span<byte> checksum = stackalloc byte[ChecksumChars];
        Checksum(secret, checksum);
        if (!digits[SecretChars..].SequenceEqual(checksum))
        {
            return false;
        }

        key = new RecoveryKey(secret);
        return true;
    }

    /// <summary>The key as it is printed.</summary>
    public override string ToString()
    {
        Span<byte> digits = stackalloc byte[SecretChars + ChecksumChars];
        digits.Clear();
        for (var i = 0; i < SecretChars * 5; i++)
        {
            digits[i / 5] |= (byte)(((_secret[i / 8] >> (7 - (i % 8))) & 1) << (4 - (i % 5)));
        }

        Checksum(_secret, digits[SecretChars..]);
        Span<char> text = stackalloc char[digits.Length + (digits.Length / 4) - 1];
        text.Fill('-');
        for (var i = 0; i < digits.Length; i++)
        {
            text[i + (i / 4)] = Alphabet[digits[i]];
        }

        return new string(text);
    }

    internal static RecoveryKey Generate() => new(RandomNumberGenerator.GetBytes(SecretBytes));

    internal static RecoveryKey FromSecret(ReadOnlySpan<byte> secret) => new(secret[..SecretBytes].ToArray());

    internal byte[] ToSecret() => [.. _secret];

    /// <summary>The first 20 bits of SHA-256(label, secret), as four digits.</summary>
    private static void Checksum(ReadOnlySpan<byte> secret, Span<byte> digits)
    {
        Span<byte> input = stackalloc byte[24 + SecretBytes];
        "holdfast/recovery-key/v1"u8.CopyTo(input);
        secret.CopyTo(input[24..]);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(input, hash);
        var bits = (hash[0] << 12) | (hash[1] << 4) | (hash[2] >> 4);
        for (var i = 0; i < ChecksumChars; i++)
        {
            digits[i] = (byte)((bits >> (15 - (5 * i))) & 31);
        }
    }
}
