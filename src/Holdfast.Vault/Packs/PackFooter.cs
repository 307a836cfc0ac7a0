using System.Buffers.Binary;

namespace Holdfast.Vault;

/// <summary>An entry of a pack's footer.</summary>
internal readonly record struct PackFooter(ChunkId Id, uint Offset, uint Length, uint PlainBytes)
{
    /// <summary>The entries, in the records' order; those that can't be are left out.</summary>
    public static IEnumerable<PackFooter> Parse(byte[] footer, long packBytes)
    {
        for (var at = 0; at < footer.Length; at += PackFormat.FooterEntryBytes)
        {
            var entry = Read(footer.AsSpan(at, PackFormat.FooterEntryBytes));
            if (entry.Offset >= PackFormat.HeaderBytes && (long)entry.Offset + entry.Length <= packBytes
                && entry.Length >= PackFormat.RecordOverheadBytes && entry.PlainBytes <= PackFormat.PlainBytesMax)
            {
                yield return entry;
            }
        }
    }

    private static PackFooter Read(ReadOnlySpan<byte> entry) => new(
        new ChunkId(entry[..32]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[32..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[36..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[40..]));
}
