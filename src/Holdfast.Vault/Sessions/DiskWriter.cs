namespace Holdfast.Vault;

/// <summary>Writes one disk of a session, in ascending order. What isn't written is inherited from the base, or zero.</summary>
/// <remarks>One caller at a time.</remarks>
public sealed class DiskWriter
{
    /// <summary>The disk being written.</summary>
    public DiskSpec Spec => throw new NotImplementedException();

    /// <summary>
    /// Writes a chunk. The buffer belongs to the writer from the call on. Waits while too many chunks are on their way.
    /// </summary>
    /// <param name="chunkIndex">The chunk's number; greater than every one written before.</param>
    /// <param name="data">The chunk, whole.</param>
    /// <param name="ct">Cancels the wait.</param>
    public ValueTask WriteChunkAsync(long chunkIndex, ChunkBuffer data, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Makes chunks zero; costs nothing but map pages.</summary>
    /// <param name="firstChunk">The first chunk's number; greater than every one written before.</param>
    /// <param name="count">How many.</param>
    /// <param name="ct">Cancels the wait.</param>
    public ValueTask WriteZerosAsync(long firstChunk, long count, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Waits for everything written, and ends the disk. It belongs to the point once the session commits.</summary>
    public ValueTask<PointDisk> CompleteAsync(CancellationToken ct) => throw new NotImplementedException();
}
