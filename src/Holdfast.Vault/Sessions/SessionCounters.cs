namespace Holdfast.Vault;

/// <summary>A session's counters; written by the pipeline's last stage, read by anybody.</summary>
internal sealed class SessionCounters(int parallelism)
{
    private long _read, _zero, _known, _new, _chunks, _hashingTicks, _compressingTicks, _writingTicks;

    public void AddZeros(long bytes)
    {
        Interlocked.Add(ref _read, bytes);
        Interlocked.Add(ref _zero, bytes);
    }

    public void AddChunk(long bytes, bool isZero, bool isNew)
    {
        Interlocked.Add(ref _read, bytes);
        Interlocked.Increment(ref _chunks);
        Interlocked.Add(ref isZero ? ref _zero : ref isNew ? ref _new : ref _known, bytes);
    }

    /// <summary>What a worker spent on a chunk.</summary>
    public void AddWork(TimeSpan hashing, TimeSpan compressing)
    {
        Interlocked.Add(ref _hashingTicks, hashing.Ticks);
        Interlocked.Add(ref _compressingTicks, compressing.Ticks);
    }

    /// <summary>What the last stage spent on a chunk.</summary>
    public void AddWriting(TimeSpan writing) => Interlocked.Add(ref _writingTicks, writing.Ticks);

    public SessionStatistics Snapshot(long storedBytes) => new(
        Interlocked.Read(ref _read), Interlocked.Read(ref _zero), Interlocked.Read(ref _known), Interlocked.Read(ref _new), storedBytes,
        Interlocked.Read(ref _chunks), new TimeSpan(Interlocked.Read(ref _hashingTicks) / parallelism),
        new TimeSpan(Interlocked.Read(ref _compressingTicks) / parallelism), new TimeSpan(Interlocked.Read(ref _writingTicks)));
}
