namespace Holdfast.Vault;

/// <summary>Where a map writer gets base pages from and puts new ones.</summary>
internal interface IMapPages
{
    /// <summary>Reads a page; false if it can't be read.</summary>
    ValueTask<bool> TryReadAsync(ChunkId id, Memory<byte> page, CancellationToken ct);

    /// <summary>Whether the page can be referred to as it is: there, in a healthy pack.</summary>
    bool IsHealthy(in ChunkId id);

    /// <summary>Stores a page unless the vault has it, and tells its id; the reserved id for a page of zeros.</summary>
    ValueTask<ChunkId> StoreAsync(ReadOnlyMemory<byte> page, CancellationToken ct);
}
