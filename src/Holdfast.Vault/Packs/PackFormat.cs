using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>The bytes of a pack: header, records, sealed footer, trailer (docs/vault-format.md, 'Packs').</summary>
internal static class PackFormat
{
    public const ushort Version = 1;
    public const int HeaderBytes = 96;
    public const int RecordHeaderBytes = 16;
    public const int TagBytes = 16;
    public const int RecordOverheadBytes = RecordHeaderBytes + TagBytes;
    public const int FooterEntryBytes = 44;
    public const int TrailerBytes = 16;
    public const int PlainBytesMax = DiskSpec.ChunkSizeBytesMax;
    public const int RecordsMax = 1 << 20;
    public const uint HeaderOrdinal = 0xFFFF_FFFE;
    public const uint FooterOrdinal = 0xFFFF_FFFF;
    public const byte Raw = 0;
    public const byte Zstd1 = 1;

    private const int RecordAadBytes = 100;
    private const int FooterAadBytes = 68;

    private const int KindAt = 10, EpochAt = 12;

    private static ReadOnlySpan<byte> HeaderMagic => "HFPACK01"u8;

    private static ReadOnlySpan<byte> TrailerMagic => "HFPACKND"u8;

    public static AesGcm CipherOf(VaultKeys keys, PackKind kind, uint epoch, in PackId pack)
    {
        Span<byte> key = stackalloc byte[VaultKeys.KeyBytes];
        keys.PackKey(kind, epoch, pack, key);
        var aes = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
        return aes;
    }

    public static void WriteHeader(AesGcm aes, VaultKeys keys, PackKind kind, uint epoch, in PackId pack, PointId session, Span<byte> header)
    {
        HeaderMagic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], Version);
        header[KindAt] = (byte)kind;
        header[11] = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(header[EpochAt..], epoch);
        IdText.Write(keys.Vault.Value, header[16..]);
        pack.CopyTo(header[32..]);
        IdText.Write(session.Value, header[64..]);
        Span<byte> nonce = stackalloc byte[12];
        Nonce(HeaderOrdinal, nonce);
        aes.Encrypt(nonce, [], [], header.Slice(80, TagBytes), header[..80]);
    }

    /// <summary>What a header says of its pack; nothing of it is checked yet.</summary>
    public static (PackKind Kind, uint Epoch) ReadHeader(ReadOnlySpan<byte> header) =>
        ((PackKind)header[KindAt], BinaryPrimitives.ReadUInt32LittleEndian(header[EpochAt..]));

    /// <summary>Whether the bytes are this pack's header; its seal is checked.</summary>
    public static bool IsHeader(AesGcm aes, VaultKeys keys, PackKind kind, uint epoch, in PackId pack, PointId session, ReadOnlySpan<byte> bytes)
    {
        Span<byte> expected = stackalloc byte[HeaderBytes];
        WriteHeader(aes, keys, kind, epoch, pack, session, expected);
        return bytes.SequenceEqual(expected);
    }

    public static void WriteRecord(
        AesGcm aes, VaultKeys keys, PackKind kind, in PackId pack, uint ordinal, in ChunkId id, int plainBytes, byte compression,
        ReadOnlySpan<byte> payload, Span<byte> record)
    {
        WriteRecordHeader(record, ordinal, plainBytes, payload.Length, compression);
        Span<byte> aad = stackalloc byte[RecordAadBytes];
        RecordAad(keys, kind, pack, ordinal, id, plainBytes, payload.Length, compression, aad);
        Span<byte> nonce = stackalloc byte[12];
        Nonce(ordinal, nonce);
        aes.Encrypt(
            nonce, payload, record.Slice(RecordHeaderBytes, payload.Length), record.Slice(RecordHeaderBytes + payload.Length, TagBytes), aad);
    }

    /// <summary>The lengths of a record, if its header makes sense within its length.</summary>
    public static bool TryReadRecordHeader(ReadOnlySpan<byte> record, out uint ordinal, out int plainBytes, out byte compression)
    {
        (ordinal, plainBytes, compression) = (0, 0, 0);
        if (record.Length < RecordOverheadBytes)
        {
            return false;
        }

        ordinal = BinaryPrimitives.ReadUInt32LittleEndian(record);
        plainBytes = BinaryPrimitives.ReadInt32LittleEndian(record[4..]);
        var stored = BinaryPrimitives.ReadInt32LittleEndian(record[8..]);
        compression = record[12];
        return stored == record.Length - RecordOverheadBytes
            && plainBytes is >= 0 and <= PlainBytesMax
            && ordinal < RecordsMax
            && (compression == Zstd1 || (compression == Raw && stored == plainBytes))
            && record.Slice(13, 3).IndexOfAnyExcept((byte)0) < 0;
    }

    /// <summary>Opens a record into a target of exactly its plain length. The scratch is as long as the record; a compressed one's payload stays at its beginning.</summary>
    public static bool TryOpenRecord(
        AesGcm aes, Zstd zstd, VaultKeys keys, PackKind kind, in PackId pack, in ChunkId id, ReadOnlySpan<byte> record, Span<byte> scratch,
        Span<byte> target, out byte compression)
    {
        if (!TryReadRecordHeader(record, out var ordinal, out var plainBytes, out compression) || plainBytes != target.Length)
        {
            return false;
        }

        var stored = record.Length - RecordOverheadBytes;
        var opened = compression == Raw ? target : scratch[..stored];
        Span<byte> aad = stackalloc byte[RecordAadBytes];
        RecordAad(keys, kind, pack, ordinal, id, plainBytes, stored, compression, aad);
        Span<byte> nonce = stackalloc byte[12];
        Nonce(ordinal, nonce);
        try
        {
            aes.Decrypt(nonce, record.Slice(RecordHeaderBytes, stored), record[^TagBytes..], opened, aad);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        return compression == Raw || zstd.TryDecompress(opened, target);
    }

    /// <summary>Seals a footer: ciphertext, tag, trailer.</summary>
    public static void WriteFooter(
        AesGcm aes, VaultKeys keys, PackKind kind, in PackId pack, int records, uint footerOffset, ReadOnlySpan<byte> plain, Span<byte> footer)
    {
        Span<byte> aad = stackalloc byte[FooterAadBytes];
        FooterAad(keys, kind, pack, records, footerOffset, plain.Length, aad);
        Span<byte> nonce = stackalloc byte[12];
        Nonce(FooterOrdinal, nonce);
        aes.Encrypt(nonce, plain, footer[..plain.Length], footer.Slice(plain.Length, TagBytes), aad);
        var trailer = footer.Slice(plain.Length + TagBytes, TrailerBytes);
        BinaryPrimitives.WriteInt32LittleEndian(trailer, records);
        BinaryPrimitives.WriteInt32LittleEndian(trailer[4..], plain.Length);
        TrailerMagic.CopyTo(trailer[8..]);
    }

    /// <summary>The number of records, if the trailer fits a pack of this length.</summary>
    public static bool TryReadTrailer(ReadOnlySpan<byte> trailer, long packBytes, out int records)
    {
        records = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        return trailer[8..].SequenceEqual(TrailerMagic)
            && records is >= 0 and <= RecordsMax
            && BinaryPrimitives.ReadInt32LittleEndian(trailer[4..]) == records * FooterEntryBytes
            && packBytes >= HeaderBytes + (records * (long)(FooterEntryBytes + RecordOverheadBytes)) + TagBytes + TrailerBytes;
    }

    public static bool TryOpenFooter(
        AesGcm aes, VaultKeys keys, PackKind kind, in PackId pack, int records, uint footerOffset, ReadOnlySpan<byte> footer, Span<byte> plain)
    {
        Span<byte> aad = stackalloc byte[FooterAadBytes];
        FooterAad(keys, kind, pack, records, footerOffset, plain.Length, aad);
        Span<byte> nonce = stackalloc byte[12];
        Nonce(FooterOrdinal, nonce);
        try
        {
            aes.Decrypt(nonce, footer[..plain.Length], footer.Slice(plain.Length, TagBytes), plain, aad);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public static void WriteFooterEntry(Span<byte> entry, in ChunkId id, uint offset, uint recordBytes, uint plainBytes)
    {
        id.CopyTo(entry);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[32..], offset);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[36..], recordBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[40..], plainBytes);
    }

    private static void WriteRecordHeader(Span<byte> record, uint ordinal, int plainBytes, int storedBytes, byte compression)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record, ordinal);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], plainBytes);
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], storedBytes);
        record[12] = compression;
        record.Slice(13, 3).Clear();
    }

    private static void RecordAad(
        VaultKeys keys, PackKind kind, in PackId pack, uint ordinal, in ChunkId id, int plainBytes, int storedBytes, byte compression, Span<byte> aad)
    {
        "HFRC"u8.CopyTo(aad);
        BinaryPrimitives.WriteUInt16LittleEndian(aad[4..], Version);
        aad[6] = (byte)kind;
        aad[7] = compression;
        IdText.Write(keys.Vault.Value, aad[8..]);
        pack.CopyTo(aad[24..]);
        BinaryPrimitives.WriteUInt32LittleEndian(aad[56..], ordinal);
        id.CopyTo(aad[60..]);
        BinaryPrimitives.WriteInt32LittleEndian(aad[92..], plainBytes);
        BinaryPrimitives.WriteInt32LittleEndian(aad[96..], storedBytes);
    }

    private static void FooterAad(VaultKeys keys, PackKind kind, in PackId pack, int records, uint footerOffset, int plainBytes, Span<byte> aad)
    {
        "HFFT"u8.CopyTo(aad);
        BinaryPrimitives.WriteUInt16LittleEndian(aad[4..], Version);
        aad[6] = (byte)kind;
        aad[7] = 0;
        IdText.Write(keys.Vault.Value, aad[8..]);
        pack.CopyTo(aad[24..]);
        BinaryPrimitives.WriteInt32LittleEndian(aad[56..], records);
        BinaryPrimitives.WriteUInt32LittleEndian(aad[60..], footerOffset);
        BinaryPrimitives.WriteInt32LittleEndian(aad[64..], plainBytes);
    }

    private static void Nonce(uint ordinal, Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(nonce, ordinal);
    }
}
