namespace Holdfast.Vault;

/// <summary>Holds a reader to so many bytes a second.</summary>
internal sealed class Pace(long? bytesPerSecond, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>Waits until so many bytes in all are due.</summary>
    public async ValueTask WaitAsync(long bytesDone, CancellationToken ct)
    {
        if (bytesPerSecond is { } rate && TimeSpan.FromSeconds((double)bytesDone / rate) - time.GetElapsedTime(_start) is { Ticks: > 0 } early)
        {
            await Task.Delay(early, time, ct);
        }
    }
}
