using System.Collections.Concurrent;

namespace Holdfast.Vault;

/// <summary>Chunk buffers that are used again, so that the hot path makes no garbage.</summary>
/// <remarks>Queues, not bags: a bag's items hang on the threads that put them in, and these refer to their pool, so that neither would ever be collected.</remarks>
internal sealed class ChunkPool
{
    private readonly ConcurrentDictionary<int, ConcurrentQueue<ChunkBuffer>> _free = new();

    public ChunkBuffer Rent(int chunkSizeBytes)
    {
        var free = _free.GetOrAdd(chunkSizeBytes, static _ => new ConcurrentQueue<ChunkBuffer>());
        return (free.TryDequeue(out var buffer)
            ? buffer
            : new ChunkBuffer(this, GC.AllocateUninitializedArray<byte>(chunkSizeBytes, pinned: true))).Rented();
    }

    public void Return(ChunkBuffer buffer) => _free[buffer.Array.Length].Enqueue(buffer);
}
