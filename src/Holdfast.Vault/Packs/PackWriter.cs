using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>
/// Writes one pack: seals records one after the other into a buffer, while the buffer before is hashed and written.
/// INV-2: ordinals count up under a key of this pack alone, so no nonce is used twice.
/// </summary>
internal sealed class PackWriter : IAsyncDisposable
{
    private const int BufferBytes = 1024 * 1024;

    private readonly VaultKeys _keys;
    private readonly ObjectUpload _upload;
    private readonly AesGcm _aes;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly BufferPair _buffers;
    private byte[] _footer = new byte[256 * PackFormat.FooterEntryBytes];
    private int _filled;
    private long _length;
    private Task _writing = Task.CompletedTask;

    private PackWriter(VaultKeys keys, PackInfo pack, ObjectUpload upload, BufferPair buffers)
    {
        (_keys, Pack, _upload, _buffers) = (keys, pack, upload, buffers);
        _aes = PackFormat.CipherOf(keys, pack.Kind, pack.Epoch, pack.Id);
        PackFormat.WriteHeader(_aes, keys, pack.Kind, pack.Epoch, pack.Id, pack.Session, Reserve(PackFormat.HeaderBytes));
    }

    public PackInfo Pack { get; }

    public int Records { get; private set; }

    /// <summary>The pack's length as far as it is sealed.</summary>
    public long LengthBytes => _length;

    public static async Task<PackWriter> BeginAsync(
        IObjectStore store, VaultKeys keys, PackKind kind, PointId session, BufferPair buffers, CancellationToken ct)
    {
        var pack = new PackInfo(new PackId(RandomNumberGenerator.GetBytes(PackId.SizeBytes)), session, kind) { Epoch = keys.Epoch };
        return new PackWriter(keys, pack, await store.BeginCreateAsync(pack.Name, ct), buffers);
    }

    /// <summary>Seals a record. Waits only if both buffers are full.</summary>
    /// <returns>Where it is in the pack.</returns>
    public async ValueTask<(uint Offset, uint Length)> AppendAsync(
        ChunkId id, int plainBytes, byte compression, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        var length = payload.Length + PackFormat.RecordOverheadBytes;
        if (_filled + length > _buffers.Current.Length && _filled > 0)
        {
            await SwapAsync(ct);
        }

        var offset = (uint)_length;
        PackFormat.WriteRecord(
            _aes, _keys, Pack.Kind, Pack.Id, (uint)Records, id, plainBytes, compression, payload.Span, Reserve(length));
        if ((Records + 1) * PackFormat.FooterEntryBytes > _footer.Length)
        {
            Array.Resize(ref _footer, _footer.Length * 2);
        }

        PackFormat.WriteFooterEntry(
            _footer.AsSpan(Records * PackFormat.FooterEntryBytes), id, offset, (uint)length, (uint)plainBytes);
        Records++;
        return (offset, (uint)length);
    }

    /// <summary>Seals the footer and hands over the last buffer, after which the buffers are free for the next pack.</summary>
    /// <returns>A task that makes the pack durable; its result is the SHA-256 of the whole object.</returns>
    public async ValueTask<Task<byte[]>> SealAsync(CancellationToken ct)
    {
        var plain = Records * PackFormat.FooterEntryBytes;
        var length = plain + PackFormat.TagBytes + PackFormat.TrailerBytes;
        if (_filled + length > _buffers.Current.Length)
        {
            await SwapAsync(ct);
        }

        var offset = (uint)_length;
        PackFormat.WriteFooter(_aes, _keys, Pack.Kind, Pack.Id, Records, offset, _footer.AsSpan(0, plain), Reserve(length));
        await SwapAsync(ct);
        await _writing;
        return Task.Run(() => PublishAsync(ct), CancellationToken.None);
    }

    private async Task<byte[]> PublishAsync(CancellationToken ct)
    {
        if (await _upload.CompleteAsync(ct) != CreateOutcome.Created)
        {
            throw new VaultException(VaultErrorKind.Conflict, $"There is an object {Pack.Name} already.");
        }

        Pack.SizeBytes = _length;
        Pack.Healthy = true;
        return _hash.GetHashAndReset();
    }

    public async ValueTask DisposeAsync()
    {
        await _writing.ContinueWith(static _ => { }, TaskScheduler.Default);
        await _upload.DisposeAsync();
        _aes.Dispose();
        _hash.Dispose();
    }

    private Span<byte> Reserve(int length)
    {
        if (_filled + length > _buffers.Current.Length)
        {
            _buffers.GrowCurrent(_filled + length);
        }

        var span = _buffers.Current.AsSpan(_filled, length);
        _filled += length;
        _length += length;
        return span;
    }

    /// <summary>Hands the full buffer to the disk and goes on with the other.</summary>
    private async ValueTask SwapAsync(CancellationToken ct)
    {
        await _writing;
        var full = _buffers.Current.AsMemory(0, _filled);
        _buffers.Swap();
        _filled = 0;
        _writing = Task.Run(
            async () =>
            {
                _hash.AppendData(full.Span);
                await _upload.AppendAsync(full, ct);
            },
            CancellationToken.None);
    }

    /// <summary>The two buffers of a pack writer; packs that follow each other use the same.</summary>
    internal sealed class BufferPair(int capacity = BufferBytes)
    {
        private byte[] _current = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);
        private byte[] _other = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);

        public byte[] Current => _current;

        public void Swap() => (_current, _other) = (_other, _current);

        public void GrowCurrent(int capacity)
        {
            var grown = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);
            _current.CopyTo(grown.AsSpan());
            _current = grown;
        }
    }
}
