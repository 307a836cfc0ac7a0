namespace Holdfast.Vault;

/// <summary>A disk as a point holds it: always whole, whatever was written incrementally.</summary>
/// <param name="Name">Its name in the point.</param>
/// <param name="SizeBytes">Its exact size.</param>
/// <param name="ChunkSizeBytes">The size of its chunks: a power of two from 64 KiB to 4 MiB.</param>
/// <param name="Identity">What the caller knows the disk by; a disk of another identity isn't a base for an incremental.</param>
/// <param name="MapRoot">The id of the map's top page.</param>
public sealed record PointDisk(string Name, long SizeBytes, int ChunkSizeBytes, string Identity, ChunkId MapRoot)
{
    /// <summary>How many chunks the disk has; the last may be shorter than the others.</summary>
    public long ChunkCount => (SizeBytes + ChunkSizeBytes - 1) / ChunkSizeBytes;

    /// <summary>The point the disk belongs to; null until the session is committed.</summary>
    public PointId? Point { get; init; }
}
