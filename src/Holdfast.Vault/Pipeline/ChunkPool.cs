using System.Collections.Concurrent;

namespace Holdfast.Vault;

/// <summary>Chunk buffers that are used again, so that the hot path makes no garbage.</summary>
internal sealed class ChunkPool
{
    private readonly ConcurrentDictionary<int, ConcurrentBag<ChunkBuffer>> _free = new();

    public ChunkBuffer Rent(int chunkSizeBytes)
    {
        var bag = _free.GetOrAdd(chunkSizeBytes, static _ => []);
        return (bag.TryTake(out var buffer)
            ? buffer
            : new ChunkBuffer(this, GC.AllocateUninitializedArray<byte>(chunkSizeBytes, pinned: true))).Rented();
    }

    public void Return(ChunkBuffer buffer) => _free[buffer.Array.Length].Add(buffer);
}
