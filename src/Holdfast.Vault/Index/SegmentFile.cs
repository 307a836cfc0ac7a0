using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Numerics;
using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>
/// A file of the local cache: index entries of one or more segments, sorted, with a Bloom filter, memory-mapped.
/// INV-8: nothing of it is believed before its MAC was checked; a file that fails is rebuilt.
/// </summary>
/// <remarks>
/// Header of 64 bytes: magic 8, vault 16, packs i32, segments covered i32, entries i64, Bloom bits i64. Then segments (32 each), packs
/// (id 32, session 16, size i64, kind i32 with a flag if it was indexed from its own footer), Bloom filter, entries (28 each), HMAC-SHA256 of all before. No part of the vault's format.
/// A file that was replaced goes with the last look-up in it: then nobody has it any more, and the collector ends the mapping.
/// </remarks>
internal sealed unsafe class SegmentFile : IDisposable
{
    private const int HeaderBytes = 64;
    private const int PackBytes = 60;
    private const int MacBytes = 32;
    private const int BloomBitsPerEntry = 10;
    private const int BloomHashes = 7;
    private const int FromFooterFlag = 0x100;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _entries;
    private readonly byte* _bloom;
    private readonly ulong _bloomBits;
    private int _isReleased;

    private SegmentFile(string path, MemoryMappedFile file, MemoryMappedViewAccessor view, byte* start)
    {
        (Path, _file, _view) = (path, file, view);
        var header = new ReadOnlySpan<byte>(start, HeaderBytes);
        var packs = BinaryPrimitives.ReadInt32LittleEndian(header[24..]);
        var segments = BinaryPrimitives.ReadInt32LittleEndian(header[28..]);
        Count = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        _bloomBits = (ulong)BinaryPrimitives.ReadInt64LittleEndian(header[40..]);
        var at = start + HeaderBytes;
        Segments = new PackId[segments];
        for (var i = 0; i < segments; i++, at += PackId.SizeBytes)
        {
            Segments[i] = new PackId(new ReadOnlySpan<byte>(at, PackId.SizeBytes));
        }

        Packs = new PackInfo[packs];
        for (var i = 0; i < packs; i++, at += PackBytes)
        {
            var p = new ReadOnlySpan<byte>(at, PackBytes);
            var kind = BinaryPrimitives.ReadInt32LittleEndian(p[56..]);
            Packs[i] = new PackInfo(new PackId(p[..32]), new PointId(IdText.Read(p[32..])), (PackKind)(kind & 0xFF))
            {
                SizeBytes = BinaryPrimitives.ReadInt64LittleEndian(p[48..]), FromFooter = (kind & FromFooterFlag) != 0, Epoch = PackInfo.EpochOf(kind),
            };
        }

        _bloom = at;
        _entries = at + (_bloomBits / 8);
    }

    ~SegmentFile() => Release();

    public string Path { get; }

    public long Count { get; }

    /// <summary>The index segments whose entries it has.</summary>
    public PackId[] Segments { get; }

    /// <summary>The packs its entries point to; replaced by the catalogue's, which know what is healthy.</summary>
    public PackInfo[] Packs { get; }

    public IndexEntry this[long i]
    {
        get
        {
            var entry = IndexEntry.Read(new ReadOnlySpan<byte>(_entries + (i * IndexEntry.SizeBytes), IndexEntry.SizeBytes));
            GC.KeepAlive(this);
            return entry;
        }
    }

    /// <summary>Opens a file; null if it is missing, of another vault, or damaged.</summary>
    public static SegmentFile? TryOpen(string path, VaultKeys keys)
    {
        MemoryMappedFile? file = null;
        MemoryMappedViewAccessor? view = null;
        byte* start = null;
        try
        {
            var length = new FileInfo(path).Length;
            if (length < HeaderBytes + MacBytes)
            {
                return null;
            }

            file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            if (IsWhole(start, length, keys))
            {
                return new SegmentFile(path, file, view, start);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Missing, or just merged away by another process.
        }

        if (start != null)
        {
            view!.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        view?.Dispose();
        file?.Dispose();
        return null;
    }

    /// <summary>Writes a file of sorted entries and opens it.</summary>
    /// <param name="folder">Where it goes.</param>
    /// <param name="scratch">Where it is made: a folder of this process's own, in the same file system.</param>
    /// <param name="keys">The vault's keys.</param>
    /// <param name="segments">The index segments whose entries it has.</param>
    /// <param name="packs">The packs of the entries.</param>
    /// <param name="count">How many entries.</param>
    /// <param name="entries">The entries.</param>
    /// <exception cref="VaultException">Io, NoSpace, PermissionDenied: it can't be written; nothing is left of it.</exception>
    public static SegmentFile Write(
        string folder, string scratch, VaultKeys keys, IReadOnlyCollection<PackId> segments, IReadOnlyList<PackInfo> packs, long count, IEnumerable<IndexEntry> entries)
    {
        var bloomBits = BitOperations.RoundUpToPowerOf2((ulong)Math.Max(count * BloomBitsPerEntry / 2, 512)) * 2;
        var entriesAt = HeaderBytes + ((long)segments.Count * PackId.SizeBytes) + ((long)packs.Count * PackBytes) + (long)(bloomBits / 8);
        var length = entriesAt + (count * IndexEntry.SizeBytes) + MacBytes;
        var name = IdText.NewGuid().ToString("N") + ".idx";
        var (path, temporary) = (System.IO.Path.Combine(folder, name), System.IO.Path.Combine(scratch, name + ".tmp"));
        var isWritten = false;
        try
        {
            using (var stream = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,

                // A mapping of what there is no space for ends the process.
                PreallocationSize = length,
            }))
            {
                stream.SetLength(length);
                using var file = MemoryMappedFile.CreateFromFile(stream, null, length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true);
                using var view = file.CreateViewAccessor(0, length);
                byte* start = null;
                view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
                try
                {
                    Fill(start, keys, segments, packs, count, bloomBits, entries);
                    Mac(start, length - MacBytes, keys, new Span<byte>(start + length - MacBytes, MacBytes));
                }
                finally
                {
                    view.SafeMemoryMappedViewHandle.ReleasePointer();
                }
            }

            File.Move(temporary, path);
            isWritten = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreErrors.From(e, $"Can't write the cache of the index in {folder}");
        }
        finally
        {
            if (!isWritten && File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }

        return TryOpen(path, keys) ?? throw new VaultException(VaultErrorKind.Io, $"The cache file {path} can't be read back.");
    }

    /// <summary>The first entry of a prefix; -1 if there is none. Entries of the same prefix follow each other.</summary>
    public long Find(UInt128 prefix)
    {
        var found = Search(prefix);
        GC.KeepAlive(this);
        return found;
    }

    public void Dispose()
    {
        Release();
        _view.Dispose();
        _file.Dispose();
        GC.SuppressFinalize(this);
    }

    private long Search(UInt128 prefix)
    {
        if (Count == 0 || !MayHold(prefix))
        {
            return -1;
        }

        // Ids are uniform: guess the place, bracket it, then halve.
        var high = (ulong)(prefix >> 64);
        var guess = (long)Math.BigMul(high, (ulong)Count, out _);
        long low = guess, top = guess, step = 16;
        while (low > 0 && PrefixAt(low) >= prefix)
        {
            low = Math.Max(0, low - step);
            step *= 4;
        }

        step = 16;
        while (top < Count && PrefixAt(top) < prefix)
        {
            top = Math.Min(Count, top + step);
            step *= 4;
        }

        while (low < top)
        {
            var middle = (low + top) / 2;
            if (PrefixAt(middle) < prefix)
            {
                low = middle + 1;
            }
            else
            {
                top = middle;
            }
        }

        return low < Count && PrefixAt(low) == prefix ? low : -1;
    }

    /// <summary>Once: the handle, which ends the mapping with the last pointer, may be finalized right after this.</summary>
    private void Release()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
        {
            _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    private static bool IsWhole(byte* start, long length, VaultKeys keys)
    {
        var header = new ReadOnlySpan<byte>(start, HeaderBytes);
        var packs = BinaryPrimitives.ReadInt32LittleEndian(header[24..]);
        var segments = BinaryPrimitives.ReadInt32LittleEndian(header[28..]);
        var count = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        var bloomBits = BinaryPrimitives.ReadInt64LittleEndian(header[40..]);
        if (!header[..8].SequenceEqual("HFCACHE1"u8) || IdText.Read(header[8..]) != keys.Vault.Value || packs < 0 || segments < 0
            || count < 0 || count > length || bloomBits <= 0 || bloomBits / 8 > length
            || length != HeaderBytes + ((long)segments * PackId.SizeBytes) + ((long)packs * PackBytes) + (bloomBits / 8)
                + (count * IndexEntry.SizeBytes) + MacBytes)
        {
            return false;
        }

        Span<byte> mac = stackalloc byte[MacBytes];
        Mac(start, length - MacBytes, keys, mac);
        return CryptographicOperations.FixedTimeEquals(mac, new ReadOnlySpan<byte>(start + length - MacBytes, MacBytes));
    }

    private static void Fill(
        byte* start, VaultKeys keys, IReadOnlyCollection<PackId> segments, IReadOnlyList<PackInfo> packs, long count, ulong bloomBits,
        IEnumerable<IndexEntry> entries)
    {
        var header = new Span<byte>(start, HeaderBytes);
        "HFCACHE1"u8.CopyTo(header);
        IdText.Write(keys.Vault.Value, header[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], packs.Count);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], segments.Count);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], count);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], (long)bloomBits);
        var at = start + HeaderBytes;
        foreach (var segment in segments)
        {
            segment.CopyTo(new Span<byte>(at, PackId.SizeBytes));
            at += PackId.SizeBytes;
        }

        foreach (var pack in packs)
        {
            var p = new Span<byte>(at, PackBytes);
            pack.Id.CopyTo(p);
            IdText.Write(pack.Session.Value, p[32..]);
            BinaryPrimitives.WriteInt64LittleEndian(p[48..], pack.SizeBytes);
            BinaryPrimitives.WriteInt32LittleEndian(p[56..], pack.KindAndEpoch | (pack.FromFooter ? FromFooterFlag : 0));
            at += PackBytes;
        }

        var bloom = at;
        at += bloomBits / 8;
        foreach (var entry in entries)
        {
            entry.Write(new Span<byte>(at, IndexEntry.SizeBytes));
            at += IndexEntry.SizeBytes;
            ulong hash = (ulong)(entry.Prefix >> 64), stride = (ulong)entry.Prefix | 1;
            for (var i = 0; i < BloomHashes; i++, hash += stride)
            {
                var bit = hash & (bloomBits - 1);
                bloom[bit / 8] |= (byte)(1 << (int)(bit % 8));
            }
        }
    }

    private static void Mac(byte* start, long length, VaultKeys keys, Span<byte> mac)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys.Cache);
        for (long at = 0; at < length; at += 1 << 24)
        {
            hmac.AppendData(new ReadOnlySpan<byte>(start + at, (int)Math.Min(1 << 24, length - at)));
        }

        hmac.GetHashAndReset(mac);
    }

    private bool MayHold(UInt128 prefix)
    {
        ulong hash = (ulong)(prefix >> 64), stride = (ulong)prefix | 1;
        for (var i = 0; i < BloomHashes; i++, hash += stride)
        {
            var bit = hash & (_bloomBits - 1);
            if ((_bloom[bit / 8] & (1 << (int)(bit % 8))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private UInt128 PrefixAt(long i) => BinaryPrimitives.ReadUInt128BigEndian(new ReadOnlySpan<byte>(_entries + (i * IndexEntry.SizeBytes), 16));
}
