using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>Reads records and footers of packs. One worker's: not for concurrent use.</summary>
internal sealed class PackReader(IObjectStore store, VaultKeys keys) : IDisposable
{
    private const int CiphersMax = 32;

    private readonly Dictionary<PackId, AesGcm> _ciphers = [];
    private byte[] _scratch = [];
    private byte[] _record = [];

    public Zstd Zstd { get; } = new();

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

        return PackFormat.TryOpenRecord(CipherOf(pack), Zstd, keys, pack.Kind, pack.Id, id, record, _scratch, target);
    }

    /// <summary>Reads a pack's footer.</summary>
    /// <returns>The entries' bytes, <see cref="PackFormat.FooterEntryBytes"/> each; null if the pack is damaged.</returns>
    public async Task<byte[]?> TryReadFooterAsync(PackInfo pack, long packBytes, CancellationToken ct)
    {
        if (packBytes is < PackFormat.HeaderBytes + PackFormat.TagBytes + PackFormat.TrailerBytes or > int.MaxValue || !keys.Knows(pack.Epoch))
        {
            return null;
        }

        var header = new byte[PackFormat.HeaderBytes];
        var trailer = new byte[PackFormat.TrailerBytes];
        if (await store.ReadAsync(pack.Name, 0, header, ct) != header.Length
            || !PackFormat.IsHeader(CipherOf(pack), keys, pack.Kind, pack.Epoch, pack.Id, pack.Session, header)
            || await store.ReadAsync(pack.Name, packBytes - trailer.Length, trailer, ct) != trailer.Length
            || !PackFormat.TryReadTrailer(trailer, packBytes, out var records))
        {
            return null;
        }

        var plain = new byte[records * PackFormat.FooterEntryBytes];
        var footer = new byte[plain.Length + PackFormat.TagBytes];
        var offset = packBytes - trailer.Length - footer.Length;
        return await store.ReadAsync(pack.Name, offset, footer, ct) == footer.Length
            && PackFormat.TryOpenFooter(CipherOf(pack), keys, pack.Kind, pack.Id, records, (uint)offset, footer, plain)
                ? plain
                : null;
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

    /// <summary>Drops a pack's cipher.</summary>
    public void Forget(PackId pack)
    {
        if (_ciphers.Remove(pack, out var cipher))
        {
            cipher.Dispose();
        }
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
