using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>Reads records and footers of packs. One worker's: not for concurrent use.</summary>
/// <param name="store">The store.</param>
/// <param name="keys">The keys.</param>
/// <param name="inOrder">Whether chunks are read one after the other as they were written, so that a distant store is read ahead; map pages always are.</param>
internal sealed class PackReader(IObjectStore store, VaultKeys keys, bool inOrder = false) : IDisposable
{
    private const int CiphersMax = 32;

    // Holds the footer of nearly every pack, so that it needn't be asked for its length first.
    private const int TailBytes = 128 << 10;

    private readonly PackBlocks? _blocks = ReadShape.Of(store) is { BlockBytes: > 0 and var bytes } ? new(store, bytes) : null;
    private readonly Dictionary<PackId, AesGcm> _ciphers = [];
    private byte[] _scratch = [];
    private byte[] _record = [];

    public Zstd Zstd { get; } = new();

    /// <summary>The compressed bytes of the record that was opened last, until the next is; empty where it isn't compressed.</summary>
    public ReadOnlyMemory<byte> Compressed { get; private set; }

    /// <summary>Reads and opens one record.</summary>
    /// <returns>False if it is damaged or its pack is missing.</returns>
    public async ValueTask<bool> TryReadAsync(ChunkLocation at, ChunkId id, Memory<byte> target, CancellationToken ct)
    {
        if (at.Length > PackFormat.PlainBytesMax + PackFormat.RecordOverheadBytes)
        {
            return false;
        }

        var length = (int)at.Length;
        if (_record.Length < length)
        {
            _record = GC.AllocateUninitializedArray<byte>(length);
        }

        // What doesn't open is read again by itself.
        if (_blocks is not null && (inOrder || at.Pack.Kind == PackKind.Map) && await _blocks.TryReadAsync(at.Pack, at.Offset, _record.AsMemory(0, length), ct)
            && TryOpen(at.Pack, id, _record.AsSpan(0, length), target.Span))
        {
            return true;
        }

        return await store.ReadAsync(at.Pack.Name, at.Offset, _record.AsMemory(0, length), ct) == length
            && TryOpen(at.Pack, id, _record.AsSpan(0, length), target.Span);
    }

    /// <summary>Opens a record that was read into the target, of exactly its plain length.</summary>
    public bool TryOpen(PackInfo pack, in ChunkId id, ReadOnlySpan<byte> record, Span<byte> target)
    {
        if (!keys.Knows(pack.Epoch))
        {
            return false;
        }

        if (_scratch.Length < record.Length)
        {
            _scratch = GC.AllocateUninitializedArray<byte>(record.Length);
        }

        var isOpen = PackFormat.TryOpenRecord(CipherOf(pack), Zstd, keys, pack.Kind, pack.Id, id, record, _scratch, target, out var compression);
        Compressed = isOpen && compression == PackFormat.Zstd1 ? _scratch.AsMemory(0, record.Length - PackFormat.RecordOverheadBytes) : default;
        return isOpen;
    }

    /// <summary>Reads a pack's footer.</summary>
    /// <param name="pack">The pack.</param>
    /// <param name="packBytes">Its length.</param>
    /// <param name="ct">Cancels it.</param>
    /// <param name="beginning">Its first bytes, if they have been read: its header, or all of it.</param>
    /// <returns>The entries' bytes, <see cref="PackFormat.FooterEntryBytes"/> each; null if the pack is damaged.</returns>
    public async Task<byte[]?> TryReadFooterAsync(PackInfo pack, long packBytes, CancellationToken ct, ReadOnlyMemory<byte> beginning = default)
    {
        if (packBytes is < PackFormat.HeaderBytes + PackFormat.TagBytes + PackFormat.TrailerBytes or > int.MaxValue || !keys.Knows(pack.Epoch))
        {
            return null;
        }

        if (await PieceAsync(0, PackFormat.HeaderBytes) is not { } header
            || !PackFormat.IsHeader(CipherOf(pack), keys, pack.Kind, pack.Epoch, pack.Id, pack.Session, header.Span)
            || await PieceAsync(Math.Max(0, packBytes - TailBytes), (int)Math.Min(packBytes, TailBytes)) is not { } tail
            || !PackFormat.TryReadTrailer(tail.Span[^PackFormat.TrailerBytes..], packBytes, out var records))
        {
            return null;
        }

        var plain = new byte[records * PackFormat.FooterEntryBytes];
        var footerBytes = plain.Length + PackFormat.TagBytes;
        var offset = packBytes - PackFormat.TrailerBytes - footerBytes;
        var footer = footerBytes + PackFormat.TrailerBytes <= tail.Length
            ? tail[^(footerBytes + PackFormat.TrailerBytes)..^PackFormat.TrailerBytes]
            : await PieceAsync(offset, footerBytes);
        return footer is { } there && PackFormat.TryOpenFooter(CipherOf(pack), keys, pack.Kind, pack.Id, records, (uint)offset, there.Span, plain) ? plain : null;

        async ValueTask<ReadOnlyMemory<byte>?> PieceAsync(long at, int length)
        {
            if (at + length <= beginning.Length)
            {
                return beginning.Slice((int)at, length);
            }

            var piece = GC.AllocateUninitializedArray<byte>(length);
            return await store.ReadAsync(pack.Name, at, piece, ct) == length ? (ReadOnlyMemory<byte>?)piece : null;
        }
    }

    /// <summary>Reads the footer of a pack that no segment tells the kind of.</summary>
    /// <returns>Null if the pack is damaged.</returns>
    public async Task<(PackInfo Pack, byte[] Footer)?> TryFindKindAsync(PackId id, PointId session, long packBytes, CancellationToken ct)
    {
        var header = new byte[PackFormat.HeaderBytes];
        if (await store.ReadAsync(Names.Pack(session, id), 0, header, ct) != header.Length)
        {
            return null;
        }

        var (kind, epoch) = PackFormat.ReadHeader(header);
        if (kind is not (PackKind.Data or PackKind.Map))
        {
            return null;
        }

        // Kind and epoch are part of the key: the footer opens only if they are right.
        Forget(id);
        var pack = new PackInfo(id, session, kind) { SizeBytes = packBytes, FromFooter = true, Epoch = epoch };
        return await TryReadFooterAsync(pack, packBytes, ct) is { } footer ? (pack, footer) : null;
    }

    public void Dispose()
    {
        foreach (var cipher in _ciphers.Values)
        {
            cipher.Dispose();
        }

        _ciphers.Clear();
        Zstd.Dispose();
    }

    /// <summary>Drops a pack's cipher.</summary>
    private void Forget(PackId pack)
    {
        if (_ciphers.Remove(pack, out var cipher))
        {
            cipher.Dispose();
        }
    }

    private AesGcm CipherOf(PackInfo pack)
    {
        if (_ciphers.TryGetValue(pack.Id, out var cipher))
        {
            return cipher;
        }

        if (_ciphers.Count >= CiphersMax)
        {
            foreach (var old in _ciphers.Values)
            {
                old.Dispose();
            }

            _ciphers.Clear();
        }

        return _ciphers[pack.Id] = PackFormat.CipherOf(keys, pack.Kind, pack.Epoch, pack.Id);
    }
}
