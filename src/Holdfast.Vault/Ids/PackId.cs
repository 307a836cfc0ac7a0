using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Holdfast.Vault;

/// <summary>The id of a pack: 32 random bytes, never used twice.</summary>
public readonly record struct PackId
{
    /// <summary>Length in bytes.</summary>
    public const int SizeBytes = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Reads an id from its 32 bytes.</summary>
    public PackId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SizeBytes)
        {
            throw new ArgumentException("An id has 32 bytes.", nameof(bytes));
        }

        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        (_a, _b, _c, _d) = (words[0], words[1], words[2], words[3]);
    }

    /// <summary>The reserved id of 32 zero bytes.</summary>
    public static PackId Zero => default;

    /// <summary>Whether this is the reserved id.</summary>
    public bool IsZero => (_a | _b | _c | _d) == 0;

    /// <summary>The first 16 bytes, as the index keeps them, as a big-endian number (so that order is byte order).</summary>
    internal UInt128 Prefix => new(BinaryPrimitives.ReverseEndianness(_a), BinaryPrimitives.ReverseEndianness(_b));

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> target) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<PackId>(in this)).CopyTo(target);

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Reads 64 lower-case hex digits, if the text is that.</summary>
    public static bool TryParse(string? text, out PackId id)
    {
        id = default;
        Span<byte> bytes = stackalloc byte[SizeBytes];
        if (text is null || text.Length != SizeBytes * 2 || text.AsSpan().ContainsAnyInRange('A', 'F')
            || Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        id = new PackId(bytes);
        return true;
    }
}
