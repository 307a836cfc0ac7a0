namespace Holdfast.Vault;

/// <summary>Writes one disk of a session, in ascending order. What isn't written is inherited from the base, or zero.</summary>
/// <remarks>One caller at a time.</remarks>
public sealed class DiskWriter
{
    private readonly VaultSession _session;
    private readonly ChunkPipeline _pipeline;
    private readonly SessionCounters _counters;
    private readonly long _chunkCount;
    private long _next;
    private bool _completed;

    internal DiskWriter(VaultSession session, ChunkPipeline pipeline, SessionCounters counters, DiskSpec spec, MapWriter map)
    {
        (_session, _pipeline, _counters, Spec, Map) = (session, pipeline, counters, spec, map);
        _chunkCount = (spec.SizeBytes + spec.ChunkSizeBytes - 1) / spec.ChunkSizeBytes;
    }

    /// <summary>The disk being written.</summary>
    public DiskSpec Spec { get; }

    internal MapWriter Map { get; }

    /// <summary>
    /// Writes a chunk. The buffer belongs to the writer from the call on. Waits while too many chunks are on their way.
    /// </summary>
    /// <param name="chunkIndex">The chunk's number; greater than every one written before.</param>
    /// <param name="data">The chunk, whole.</param>
    /// <param name="ct">Cancels the wait.</param>
    public ValueTask WriteChunkAsync(long chunkIndex, ChunkBuffer data, CancellationToken ct)
    {
        try
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(data.Memory.Length, Spec.ChunkSizeBytes, nameof(data));
            Advance(chunkIndex, 1);
            ClearBehindEnd(chunkIndex, data);
        }
        catch
        {
            data.Dispose();
            throw;
        }

        return _pipeline.PostAsync(this, chunkIndex, 0, data, null, ct);
    }

    /// <summary>Makes chunks zero; costs nothing but map pages.</summary>
    /// <param name="firstChunk">The first chunk's number; greater than every one written before.</param>
    /// <param name="count">How many.</param>
    /// <param name="ct">Cancels the wait.</param>
    public ValueTask WriteZerosAsync(long firstChunk, long count, CancellationToken ct)
    {
        Advance(firstChunk, count);
        if (count == 0)
        {
            return ValueTask.CompletedTask;
        }

        _counters.AddZeros(Math.Min(Spec.SizeBytes, (firstChunk + count) * Spec.ChunkSizeBytes) - (firstChunk * Spec.ChunkSizeBytes));
        return _pipeline.PostAsync(this, firstChunk, count, null, null, ct);
    }

    /// <summary>Waits for everything written, and ends the disk. It belongs to the point once the session commits.</summary>
    public async ValueTask<PointDisk> CompleteAsync(CancellationToken ct)
    {
        Advance(_chunkCount, 0);
        _completed = true;
        var end = new TaskCompletionSource<ChunkId>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _pipeline.PostAsync(this, _chunkCount, 0, null, end, ct);
        var root = await end.Task.WaitAsync(ct);
        var disk = new PointDisk(Spec.Name, Spec.SizeBytes, Spec.ChunkSizeBytes, Spec.Identity, root);
        _session.Complete(this, disk);
        return disk;
    }

    private void Advance(long first, long count)
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(first, _next);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _chunkCount - first);
        _next = first + count;
    }

    /// <summary>Bytes behind the disk's end are zeros by definition, whatever the buffer held.</summary>
    private void ClearBehindEnd(long chunkIndex, ChunkBuffer data)
    {
        var left = Spec.SizeBytes - (chunkIndex * Spec.ChunkSizeBytes);
        if (left < Spec.ChunkSizeBytes)
        {
            data.Memory.Span[(int)left..].Clear();
        }
    }
}
