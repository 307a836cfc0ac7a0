namespace Holdfast.Vault;

/// <summary>
/// Watches, while something else is done, sessions whose writers can't be seen from here (after a power cut, or of another machine), and
/// revokes those whose heartbeat stands still. Disposing it ends it; what isn't decided by then is left to the next watch, or to the
/// space task.
/// </summary>
/// <remarks>A writer needn't wait for it: what an uncommitted session stored is nobody's base (INV-7), and its point has a name of its own.</remarks>
public sealed class SilentSessionWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<IReadOnlyList<SessionInfo>> _watching;

    internal SilentSessionWatch(Func<CancellationToken, Task<IReadOnlyList<SessionInfo>>>? watch) =>
        _watching = watch is null ? Task.FromResult<IReadOnlyList<SessionInfo>>([]) : Task.Run(() => watch(_stop.Token));

    /// <summary>The sessions revoked, once that is decided; fails as the watch does.</summary>
    public Task<IReadOnlyList<SessionInfo>> Verdict => _watching;

    /// <summary>Ends the watch. Revoking is safe at any step: what is left of one is finished by whoever cleans up next.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // Whatever became of it: the work beside it isn't worse for that.
        await ((Task)_watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
