namespace Holdfast.Vault;

/// <summary>Shows that a session's writer lives: a counter that goes up.</summary>
internal sealed class Heartbeat : IAsyncDisposable
{
    /// <summary>So many beats may lie there before the older ones go.</summary>
    private const int LeftMax = 8;

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _beating;
    private readonly SortedSet<long> _left = [];

    /// <summary>The beats that may be there still, once this is disposed.</summary>
    public IReadOnlyCollection<long> Left => _left;

    public Heartbeat(IObjectStore store, PointId session, TimeSpan interval, TimeProvider time) =>
        _beating = BeatAsync(store, session, interval, time, _stop.Token);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beating;
        _stop.Dispose();
    }

    private async Task BeatAsync(IObjectStore store, PointId session, TimeSpan interval, TimeProvider time, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(interval, time);
        long counter = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                try
                {
                    // Also what fails may have come through.
                    _left.Add(++counter);
                    await store.CreateAsync(Names.Beat(session, counter), new byte[] { (byte)'.' }, ct);
                    if (_left.Count > LeftMax)
                    {
                        // All but the newest, which is what counts: some at a time, since that costs one request.
                        var old = _left.Where(b => b < counter).ToList();
                        await store.DeleteManyAsync([.. old.Select(b => Names.Beat(session, b))], ct);
                        _left.ExceptWith(old);
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
