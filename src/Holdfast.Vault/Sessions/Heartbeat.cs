namespace Holdfast.Vault;

/// <summary>Shows that a session's writer lives: a counter that goes up.</summary>
internal sealed class Heartbeat : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _beating;

    public Heartbeat(IObjectStore store, PointId session, TimeSpan interval, TimeProvider time) =>
        _beating = BeatAsync(store, session, interval, time, _stop.Token);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beating;
        _stop.Dispose();
    }

    private static async Task BeatAsync(IObjectStore store, PointId session, TimeSpan interval, TimeProvider time, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(interval, time);
        long counter = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                try
                {
                    await store.CreateAsync(Names.Beat(session, ++counter), new byte[] { (byte)'.' }, ct);
                    if (counter > 1)
                    {
                        await store.DeleteAsync(Names.Beat(session, counter - 1), ct);
                    }
                }
                catch (VaultException)
                {
                    // A store that is full or away for a while: the next beat may come through. Data writes report the failure.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The session has ended.
        }
    }
}
