namespace Holdfast.Vault.Tests;

/// <summary>
/// A clock that goes on only when it is told to, or when somebody waits: a wait is over at once, and lets every heartbeat of processes that run beat.
/// </summary>
internal sealed class SimulatedTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<SimulatedTimer> _periodic = [];
    private TimeSpan _elapsed;
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    /// <summary>The monotonic clock doesn't jump with the other.</summary>
    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return _elapsed.Ticks;
        }
    }

    public void Advance(TimeSpan by)
    {
        lock (_lock)
        {
            _now += by;
            _elapsed += by;
        }
    }

    /// <summary>Somebody sets the clock.</summary>
    public void Jump(TimeSpan by)
    {
        lock (_lock)
        {
            _now += by;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        if (period != Timeout.InfiniteTimeSpan)
        {
            lock (_lock)
            {
                _periodic.Add(timer);
            }
        }
        else if (dueTime != Timeout.InfiniteTimeSpan)
        {
            _ = WaitAsync(timer, dueTime);
        }

        return timer;
    }

    private async Task WaitAsync(SimulatedTimer timer, TimeSpan dueTime)
    {
        Advance(dueTime);
        SimulatedTimer[] beating;
        lock (_lock)
        {
            beating = [.. _periodic];
        }

        foreach (var other in beating)
        {
            other.Fire();
        }

        // Beats are on their way to a store in memory: this is time enough for those that aren't stopped.
        await Task.Delay(2);
        timer.Fire();
    }

    private sealed class SimulatedTimer(SimulatedTime time, TimerCallback callback, object? state) : ITimer
    {
        private volatile bool _disposed;

        public void Fire()
        {
            if (!_disposed)
            {
                callback(state);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => !_disposed;

        public void Dispose()
        {
            _disposed = true;
            lock (time._lock)
            {
                time._periodic.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
