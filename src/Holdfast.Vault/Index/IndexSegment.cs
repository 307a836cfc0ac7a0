using System.Buffers.Binary;

namespace Holdfast.Vault;

/// <summary>An index segment's plaintext: the packs it knows, and where their records lie, sorted by id.</summary>
internal sealed record IndexSegment(IReadOnlyList<PackInfo> Packs, IndexEntry[] Entries)
{
    public const int EntriesMax = 4 * 1024 * 1024;
    public const int BytesMax = 8 + (EntriesMax * (IndexEntry.SizeBytes + PackBytes)) + SealedObject.OverheadBytes;

    private const int PackBytes = 44;

    public byte[] ToBytes()
    {
        var bytes = GC.AllocateUninitializedArray<byte>(8 + (Packs.Count * PackBytes) + (Entries.Length * IndexEntry.SizeBytes));
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Packs.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Entries.Length);
        var at = 8;
        foreach (var pack in Packs)
        {
            pack.Id.CopyTo(bytes.AsSpan(at));
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at + 32), pack.SizeBytes);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at + 40), pack.KindAndEpoch);
            at += PackBytes;
        }

        foreach (var entry in Entries)
        {
            entry.Write(bytes.AsSpan(at));
            at += IndexEntry.SizeBytes;
        }

        return bytes;
    }

    /// <summary>Reads and opens a segment; null if it is missing or damaged.</summary>
    public static async Task<IndexSegment?> TryReadAsync(IObjectStore store, VaultKeys keys, ObjectName name, PointId session, CancellationToken ct)
    {
        try
        {
            return await store.ReadWholeAsync(name, BytesMax, ct) is { } bytes
                ? TryParse(SealedObject.Open(keys, SealLabel.Index, name, bytes), session)
                : null;
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
        {
            return null;
        }
    }

    /// <summary>Reads a segment of a session; null if it makes no sense.</summary>
    public static IndexSegment? TryParse(ReadOnlySpan<byte> bytes, PointId session)
    {
        if (bytes.Length < 8)
        {
            return null;
        }

        var packCount = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        var entryCount = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (packCount is < 0 or > EntriesMax || entryCount is < 0 or > EntriesMax
            || bytes.Length != 8 + ((long)packCount * PackBytes) + ((long)entryCount * IndexEntry.SizeBytes))
        {
            return null;
        }

        var packs = new PackInfo[packCount];
        for (var i = 0; i < packCount; i++)
        {
            var pack = bytes.Slice(8 + (i * PackBytes), PackBytes);
            var kindAndEpoch = BinaryPrimitives.ReadInt32LittleEndian(pack[40..]);
            var kind = kindAndEpoch & 0xFFFF;
            if (kind is not ((int)PackKind.Data or (int)PackKind.Map))
            {
                return null;
            }

            packs[i] = new PackInfo(new PackId(pack[..32]), session, (PackKind)kind)
            {
                SizeBytes = BinaryPrimitives.ReadInt64LittleEndian(pack[32..]), Epoch = PackInfo.EpochOf(kindAndEpoch),
            };
        }

        var entries = new IndexEntry[entryCount];
        var rest = bytes[(8 + (packCount * PackBytes))..];
        UInt128 before = 0;
        for (var i = 0; i < entryCount; i++)
        {
            var entry = IndexEntry.Read(rest[(i * IndexEntry.SizeBytes)..]);
            if ((uint)entry.Pack >= (uint)packCount || entry.Prefix < before)
            {
                return null;
            }

            (entries[i], before) = (entry, entry.Prefix);
        }

        return new IndexSegment(packs, entries);
    }
}
