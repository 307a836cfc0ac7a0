namespace Holdfast.Vault;

/// <summary>A pooled buffer of one chunk. Whoever rents it fills it and hands it to a disk writer, or disposes it.</summary>
/// <remarks>Its bytes are not cleared: fill all of <see cref="Memory"/>, on a disk's last chunk with zeros behind the disk's end.</remarks>
public sealed class ChunkBuffer : IDisposable
{
    private readonly ChunkPool _pool;
    private readonly byte[] _array;
    private int _rented;

    internal ChunkBuffer(ChunkPool pool, byte[] array) => (_pool, _array) = (pool, array);

    /// <summary>The chunk's bytes.</summary>
    public Memory<byte> Memory => _array;

    internal byte[] Array => _array;

    /// <summary>Gives it back unused.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _rented, 0) == 1)
        {
            _pool.Return(this);
        }
    }

    internal ChunkBuffer Rented()
    {
        _rented = 1;
        return this;
    }
}
