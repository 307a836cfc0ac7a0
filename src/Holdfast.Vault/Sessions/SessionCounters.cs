namespace Holdfast.Vault;

/// <summary>A session's counters; written by the pipeline's last stage, read by anybody.</summary>
internal sealed class SessionCounters
{
    private long _read, _zero, _known, _new, _chunks;

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

    public SessionStatistics Snapshot(long storedBytes) => new(
        Interlocked.Read(ref _read), Interlocked.Read(ref _zero), Interlocked.Read(ref _known), Interlocked.Read(ref _new), storedBytes,
        Interlocked.Read(ref _chunks));
}
