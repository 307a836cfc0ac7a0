using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>Ids as the vault's bytes hold them: 16 bytes in the order of the text's hex digits.</summary>
internal static class IdText
{
    public const int Bytes = 16;

    public static Guid NewGuid()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    public static void Write(Guid value, Span<byte> target) => value.TryWriteBytes(target, bigEndian: true, out _);

    public static Guid Read(ReadOnlySpan<byte> source) => new(source[..Bytes], bigEndian: true);

    /// <summary>Exactly 32 lower-case hex digits: names in a vault have one spelling only.</summary>
    public static bool TryReadName(string text, out Guid value) =>
        Guid.TryParseExact(text, "N", out value) && value.ToString("N") == text;
}
