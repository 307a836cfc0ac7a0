using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>
/// Times the way of a run's data. One loop reads and hands over: the time in which it doesn't wait for the vault is the source's; the time in which it does is
/// shared out by what the vault's stages were busy with. Two looks at the clock for each request make it cheap. Not thread-safe but for <see cref="Times"/>.
/// </summary>
public sealed class TransferClock(TimeProvider time)
{
    private long _began;
    private long _allTicks;
    private long _handingTicks;
    private long _throttledTicks;

    /// <summary>An instant to measure from.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>The loop begins, or goes on.</summary>
    public void Begin() => Interlocked.Exchange(ref _began, Now);

    /// <summary>The loop ends.</summary>
    public void End()
    {
        Interlocked.Add(ref _allTicks, time.GetElapsedTime(_began).Ticks);
        Interlocked.Exchange(ref _began, 0);
    }

    /// <summary>Data was handed over to the vault, since then.</summary>
    public void HandedSince(long then) => Interlocked.Add(ref _handingTicks, time.GetElapsedTime(then).Ticks);

    /// <summary>A rate limit was waited for, since then.</summary>
    public void ThrottledSince(long then) => Interlocked.Add(ref _throttledTicks, time.GetElapsedTime(then).Ticks);

    /// <summary>Where the time went so far.</summary>
    /// <param name="freezing">How long the snapshot took.</param>
    /// <param name="stages">What the vault's stages did.</param>
    public PhaseTimes Times(TimeSpan freezing, SessionStatistics stages)
    {
        var began = Interlocked.Read(ref _began);
        var all = new TimeSpan(Interlocked.Read(ref _allTicks)) + (began == 0 ? TimeSpan.Zero : time.GetElapsedTime(began));
        var handing = new TimeSpan(Math.Min(all.Ticks, Interlocked.Read(ref _handingTicks)));
        var busy = stages.Hashing + stages.Compressing + stages.Writing;
        TimeSpan Share(TimeSpan stage) => busy > TimeSpan.Zero ? handing * (stage / busy) : TimeSpan.Zero;
        var (hashing, compressing) = (Share(stages.Hashing), Share(stages.Compressing));
        return new PhaseTimes(freezing, all - handing, hashing, compressing, handing - hashing - compressing, new TimeSpan(Interlocked.Read(ref _throttledTicks)));
    }
}
