using Holdfast.GuestAgent;

namespace Holdfast.Protection.Freeze;

/// <summary>A guest whose file systems are frozen, under a guard. Thawing is single: the first of <see cref="ThawAsync"/>, disposal and the limit does it.</summary>
public sealed class FrozenGuest : IAsyncDisposable
{
    private readonly FreezeSession _session;
    private readonly CancellationTokenSource _limitReached = new();
    private readonly ITimer _limit;
    private readonly Lock _gate = new();
    private Task<FreezeOutcome>? _thaw;

    internal FrozenGuest(FreezeSession session, TimeSpan untilLimit)
    {
        _session = session;
        LimitReached = _limitReached.Token;
        _limit = session.Clock.CreateTimer(static guest => ((FrozenGuest)guest!).OnLimit(), this, untilLimit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Freezes a guest under a guard.</summary>
    /// <param name="agent">The guest's agent, over the node's own connection.</param>
    /// <param name="request">Whom to freeze.</param>
    /// <param name="options">Bounds and surroundings.</param>
    /// <param name="ct">Cancels until the freeze is sent; after that it is heeded once the guest is thawed again.</param>
    /// <returns>A frozen guest, or why not. Nothing is left frozen in the latter case, unless it says that the thaw is pending.</returns>
    public static Task<FreezeResult> FreezeAsync(GuestAgentClient agent, FreezeRequest request, FreezeOptions options, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(agent);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(options);
        return new FreezeAttempt(agent, request, options).RunAsync(ct);
    }

    /// <summary>When the agent confirmed the freeze.</summary>
    public DateTimeOffset FrozenAtUtc => _session.FrozenAtUtc;

    /// <summary>How many file systems the agent froze.</summary>
    public int FileSystems => _session.FileSystems;

    /// <summary>How many it should have frozen, where that is known: with fewer frozen, someone in the guest held the others frozen already.</summary>
    public int? FileSystemsExpected => _session.FileSystemsExpected;

    /// <summary>Cancelled when the limit is reached and the guest is being thawed: what relies on the freeze may be given up.</summary>
    public CancellationToken LimitReached { get; }

    /// <summary>Thaws and says whether the freeze had held until now. It isn't cancellable, always ends, and may be called again.</summary>
    public Task<FreezeOutcome> ThawAsync() => ThawOnce(FreezeBroken.No);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ThawAsync();
        await _limit.DisposeAsync();
        _limitReached.Dispose();
        _session.Dispose();
    }

    private Task<FreezeOutcome> ThawOnce(FreezeBroken known)
    {
        lock (_gate)
            return _thaw ??= Task.Run(() => _session.EndAsync(known));
    }

    private void OnLimit()
    {
        lock (_gate)
        {
            if (_thaw is not null)
                return;
            _ = ThawOnce(FreezeBroken.LimitReached);
        }
        _limitReached.Cancel();
    }
}
