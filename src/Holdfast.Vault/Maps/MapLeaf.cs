namespace Holdfast.Vault;

/// <summary>A stretch of a map: a leaf page, or what an unreadable page stands for.</summary>
/// <param name="PageId">The page's id.</param>
/// <param name="FirstChunk">The first chunk it stands for.</param>
/// <param name="Count">How many chunks.</param>
/// <param name="Ids">The page's bytes; null if it can't be read.</param>
internal readonly record struct MapLeaf(ChunkId PageId, long FirstChunk, long Count, byte[]? Ids)
{
    public ChunkId this[int i] => new(Ids.AsSpan(i * ChunkId.SizeBytes, ChunkId.SizeBytes));
}
