namespace Holdfast.Protection.Freeze;

/// <summary>Thaws what a dead node and its dead guard left frozen. Run at every start, before anything else touches a guest (INV-F5).</summary>
public static class FreezeIntentRecovery
{
    /// <summary>How long each guest is tried for.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(30);

    /// <summary>Looks at every intent, thaws for those whose owner and guard are dead, and tells what it did.</summary>
    /// <param name="intents">The node's intents.</param>
    /// <param name="connector">The way to the guests.</param>
    /// <param name="patience">How long each guest is tried for.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="ct">Stops; intents not yet dealt with stay.</param>
    public static async Task<IReadOnlyList<FreezeRecovery>> RunAsync(
        FreezeIntentStore intents, IGuardedGuestConnector connector, TimeSpan patience, TimeProvider clock, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(intents);
        return await Task.WhenAll(intents.List().Select(path => RecoverAsync(path, connector, patience, clock, ct)));
    }

    private static async Task<FreezeRecovery> RecoverAsync(
        string path, IGuardedGuestConnector connector, TimeSpan patience, TimeProvider clock, CancellationToken ct)
    {
        if (FreezeIntentStore.TryRead(path) is not { } intent)
            return new FreezeRecovery(path, null, FreezeRecoveryOutcome.Unreadable);
        // A guard that ended meanwhile removed its intent before: it has done what there was to do.
        if (intent.Owner.IsAlive() || intent.Guard.IsAlive() || !File.Exists(path))
            return new FreezeRecovery(path, intent, FreezeRecoveryOutcome.StillOwned);
        using var limit = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            var attempt = await new GuestThawer(connector, clock).ThawAsync(intent.LibvirtUri, intent.DomainId, either.Token);
            FreezeIntentStore.RemoveFile(path);
            return new FreezeRecovery(path, intent, attempt is ThawAttempt.Gone ? FreezeRecoveryOutcome.GuestGone : FreezeRecoveryOutcome.Thawed);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new FreezeRecovery(path, intent, FreezeRecoveryOutcome.NotReached);
        }
    }
}
