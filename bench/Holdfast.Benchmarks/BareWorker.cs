using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Holdfast.Benchmarks;

/// <summary>What a backup cannot do without, for one chunk: zero test, HMAC-SHA256, zstd level 1, AES-256-GCM.</summary>
internal sealed class BareWorker : IDisposable
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _id = new byte[32];
    private readonly byte[] _nonce = new byte[12];
    private readonly byte[] _tag = new byte[16];
    private readonly byte[] _compressed;
    private readonly byte[] _sealed;
    private readonly AesGcm _aes;
    private readonly Compressor _compressor = new();
    private long _ordinal;

    public BareWorker(int chunkBytes)
    {
        _compressed = new byte[Compressor.BoundBytes(chunkBytes)];
        _sealed = new byte[_compressed.Length];
        _aes = new AesGcm(_key, 16);
    }

    public static bool IsZero(ReadOnlySpan<byte> chunk) => !chunk.ContainsAnyExcept((byte)0);

    /// <summary>Returns the bytes that would be stored.</summary>
    public int Process(ReadOnlySpan<byte> chunk)
    {
        if (IsZero(chunk))
            return 0;
        Hash(chunk);
        return Seal(Compress(chunk));
    }

    public byte[] Hash(ReadOnlySpan<byte> chunk)
    {
        HMACSHA256.HashData(_key, chunk, _id);
        return _id;
    }

    public int Compress(ReadOnlySpan<byte> chunk) => _compressor.Compress(chunk, _compressed);

    public int Seal(int length)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_nonce, _ordinal++);
        _aes.Encrypt(_nonce, _compressed.AsSpan(0, length), _sealed.AsSpan(0, length), _tag, _id);
        return length + _tag.Length;
    }

    public void Dispose()
    {
        _aes.Dispose();
        _compressor.Dispose();
    }
}
