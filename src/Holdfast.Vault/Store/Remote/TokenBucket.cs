namespace Holdfast.Vault;

/// <summary>Lets so many bytes pass in a second, all its users together; up to a quarter of a second's at once.</summary>
/// <param name="bytesPerSecond">The rate.</param>
/// <param name="time">The clock.</param>
public sealed class TokenBucket(long bytesPerSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _burstBytes = Math.Max(1, bytesPerSecond / 4);
    private double _bytes = Math.Max(1, bytesPerSecond / 4);
    private long _at = time.GetTimestamp();

    /// <summary>The rate.</summary>
    public long BytesPerSecond => bytesPerSecond;

    /// <summary>Waits until these bytes may pass. Who comes later waits behind who came before.</summary>
    public async ValueTask TakeAsync(long bytes, CancellationToken ct)
    {
        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _bytes = Math.Min(_burstBytes, _bytes + (time.GetElapsedTime(_at, now).TotalSeconds * bytesPerSecond));
            _at = now;

            // A debt: it is paid before anybody else takes something.
            _bytes -= bytes;
            wait = _bytes >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_bytes / bytesPerSecond);
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, ct);
        }
    }
}
