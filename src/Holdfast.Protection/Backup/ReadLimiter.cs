namespace Holdfast.Protection.Backup;

/// <summary>Keeps the rate at which disks are read under a limit. Not thread-safe: one reader asks it.</summary>
/// <param name="bytesPerSecond">The limit, or null for none.</param>
/// <param name="time">The clock.</param>
public sealed class ReadLimiter(long? bytesPerSecond, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private double _bytes;

    /// <summary>Waits until <paramref name="bytes"/> more may be read.</summary>
    public async ValueTask WaitAsync(long bytes, CancellationToken ct)
    {
        if (bytesPerSecond is not { } rate)
            return;
        var ahead = (_bytes / rate) - time.GetElapsedTime(_start).TotalSeconds;
        // An idle stretch isn't saved up: at most a second's worth may be read at once.
        _bytes = Math.Max(_bytes, (time.GetElapsedTime(_start).TotalSeconds - 1) * rate) + bytes;
        if (ahead > 0)
            await Task.Delay(TimeSpan.FromSeconds(ahead), time, ct).ConfigureAwait(false);
    }
}
