using Holdfast.Faults;

namespace Holdfast.Protection.Backup;

/// <summary>Gives a transfer up that hardly moves: within each window of time a least number of bytes must go on.</summary>
/// <param name="vm">The VM, for the message.</param>
/// <param name="window">The window; a transfer may stand still for nearly twice as long.</param>
/// <param name="time">The clock.</param>
internal sealed class TransferWatch(string vm, TimeSpan window, TimeProvider time)
{
    /// <summary>Bytes that a window must bring.</summary>
    public const long BytesMin = 1 << 20;

    private long _doneBytes;

    /// <summary>Told of bytes that are through.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _doneBytes, bytes);

    /// <summary>Runs the transfer, and ends it where a window brings too little.</summary>
    /// <exception cref="FaultException">It was given up.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> transfer, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var started = time.GetTimestamp();
        var running = transfer(stop.Token);
        while (true)
        {
            var before = Interlocked.Read(ref _doneBytes);
            var wait = Task.Delay(window, time, stop.Token);
            if (await Task.WhenAny(running, wait).ConfigureAwait(false) == running || ct.IsCancellationRequested)
                break;
            if (Interlocked.Read(ref _doneBytes) - before >= BytesMin)
                continue;
            await stop.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (running.IsCompletedSuccessfully)
                return;
            throw new FaultException(HealthFaults.TransferTimedOut(vm, Interlocked.Read(ref _doneBytes), time.GetElapsedTime(started)));
        }

        try
        {
            await running.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }
}
