namespace Holdfast.Vault;

/// <summary>Turns what workers have done, in any order, into bytes of the disk that rise to its size.</summary>
internal sealed class CopyProgress(PointDisk disk, IProgress<long>? progress)
{
    private readonly Lock _lock = new();
    private long _planned;
    private long _told;

    /// <summary>All before this chunk is planned; a bounded number of reads are still on their way.</summary>
    public void Reached(long chunk) => Volatile.Write(ref _planned, chunk * disk.ChunkSizeBytes);

    public void Copied(int chunks) => Tell(Math.Max(Volatile.Read(ref _told) + ((long)chunks * disk.ChunkSizeBytes), Volatile.Read(ref _planned)));

    public void Finish() => Tell(disk.SizeBytes);

    private void Tell(long bytes)
    {
        if (progress is not null)
        {
            lock (_lock)
            {
                if (Math.Min(bytes, disk.SizeBytes) is var now && now > _told)
                {
                    _told = now;
                    progress.Report(now);
                }
            }
        }
    }
}
