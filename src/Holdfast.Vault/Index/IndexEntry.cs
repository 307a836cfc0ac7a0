using System.Buffers.Binary;

namespace Holdfast.Vault;

/// <summary>An entry of the index: 28 bytes. The pack is a number into the pack table of its segment.</summary>
internal readonly record struct IndexEntry(UInt128 Prefix, int Pack, uint Offset, uint Length)
{
    public const int SizeBytes = 28;

    public static IndexEntry Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt128BigEndian(source),
        BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[20..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[24..]));

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt128BigEndian(target, Prefix);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], Pack);
        BinaryPrimitives.WriteUInt32LittleEndian(target[20..], Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(target[24..], Length);
    }
}
