using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Freeze;

/// <summary>What belongs to one announced freeze, and how it is undone: by the node, else by its guard, else by a new guard.</summary>
internal sealed class FreezeSession(GuestAgentClient agent, FreezeRequest request, FreezeOptions options, FreezeIntentStore intents, FreezeGuard guard) : IDisposable
{
    private static readonly TimeSpan ExchangeGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    private readonly long _sent = options.TimeProvider.GetTimestamp();
    private FreezeGuard _guard = guard;

    public TimeProvider Clock => options.TimeProvider;

    public DateTimeOffset FrozenAtUtc { get; private set; }

    public int FileSystems { get; private set; }

    public int? FileSystemsExpected { get; init; }

    /// <summary>Sends the freeze. It isn't cancelled: a freeze on its way can't be called back.</summary>
    public async Task FreezeAsync()
    {
        FileSystems = await BoundedAsync(agent.FsFreezeAsync(request.MountPoints, options.Limit, CancellationToken.None), options.Limit);
        FrozenAtUtc = Clock.GetUtcNow();
    }

    public TimeSpan Limit => options.Limit;

    public EffectGate Effects => options.Effects;

    public TimeSpan Elapsed => Clock.GetElapsedTime(_sent);

    /// <summary>Thaws, sends the guard home and removes the intent (INV-F4).</summary>
    public async Task<FreezeOutcome> EndAsync(FreezeBroken known)
    {
        var (thawed, broken) = await Effects.RunAsync(Effect.Thaw, ThawByNodeAsync);
        if (!thawed)
        {
            var gone = await ThawByGuardAsync();
            return new FreezeOutcome(false, Elapsed, known is FreezeBroken.No ? broken : known, ThawPending: !gone);
        }
        var duration = Elapsed;
        if (await Effects.RunAsync(Effect.DisarmGuard, _guard.DisarmAsync))
            broken = FreezeBroken.ThawedByGuard;
        await Effects.RunAsync(Effect.ClearFreezeIntent, Forget);
        if (known is not FreezeBroken.No)
            broken = known;
        return new FreezeOutcome(broken is FreezeBroken.No, duration, broken, ThawPending: false);
    }

    /// <summary>Ends a freeze that didn't come about. Only if the agent surely holds nothing frozen no thaw is sent: it would also thaw what others froze.</summary>
    public async Task<FreezeOutcome> EndWithoutFreezeAsync(bool mayBeFrozen)
    {
        if (mayBeFrozen || !await IsThawedAsync(options.ThawPatience))
            return await EndAsync(FreezeBroken.No);
        await _guard.DisarmAsync();
        Forget();
        return new FreezeOutcome(false, Elapsed, FreezeBroken.No, ThawPending: false);
    }

    public void Dispose() => _guard.Dispose();

    // The count that the thaw itself tells is the proof: it thawed as many as were frozen, so none had been thawed before.
    private async Task<(bool Thawed, FreezeBroken Broken)> ThawByNodeAsync()
    {
        var started = Clock.GetTimestamp();
        var lost = false;
        while (true)
        {
            var left = options.ThawPatience - Clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                return (false, FreezeBroken.ThawReplyLost);
            try
            {
                var count = await BoundedAsync(agent.FsThawAsync(left, CancellationToken.None), left);
                return (true, lost ? FreezeBroken.ThawReplyLost : count < FileSystems ? FreezeBroken.ThawedBySomeoneElse : FreezeBroken.No);
            }
            // Off or only paused? The guard finds out, and waits for a paused one.
            catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.DomainNotRunning)
            {
                return (false, FreezeBroken.DomainStopped);
            }
            // Windows: the guest's own limit had ended the freeze, which its agent reports as the thaw's failure.
            catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.GuestError && !lost)
            {
                if (await IsThawedAsync(left))
                    return (true, FreezeBroken.ThawedBySomeoneElse);
            }
            catch (Exception e) when (e is GuestAgentException or TimeoutException)
            {
            }
            lost = true;
            await Task.Delay(RetryPause, Clock, CancellationToken.None);
        }
    }

    private async Task<bool> IsThawedAsync(TimeSpan timeout)
    {
        try
        {
            return await BoundedAsync(agent.FsFreezeStatusAsync(timeout, CancellationToken.None), timeout) is FreezeStatus.Thawed;
        }
        catch (Exception e) when (e is GuestAgentException or TimeoutException)
        {
            return false;
        }
    }

    // The intent's removal, not the guard's end, says that the guest is thawed: a guard can be killed.
    private async Task<bool> ThawByGuardAsync()
    {
        if (_guard.HasExited)
        {
            try
            {
                var spare = await FreezeGuard.ArmAsync(options.GuardStarter, Order, options.GuardArmTimeout, Clock, CancellationToken.None);
                _guard.Dispose();
                _guard = spare;
                intents.Write(Intent(spare));
                await spare.AnnounceFreezeAsync();
            }
            catch (Exception e) when (e is GuardNotArmedException or IOException or UnauthorizedAccessException or FaultException)
            {
                // Neither node nor guard reaches the guest now; the intent stays, and the next recovery thaws.
                return false;
            }
        }
        await _guard.HandOverAsync(options.ThawPatience);
        return !File.Exists(Order.IntentPath);
    }

    private void Forget()
    {
        try
        {
            intents.Remove(request.LibvirtUri, request.DomainId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An intent too many costs a needless look at the next start, and no more.
        }
    }

    private GuardOrder Order => OrderFor(request, options, intents);

    private FreezeIntent Intent(FreezeGuard by) => IntentFor(request, options, by);

    internal static GuardOrder OrderFor(FreezeRequest request, FreezeOptions options, FreezeIntentStore intents) => new(
        request.LibvirtUri, request.DomainId, (options.Limit + options.GuardGrace).TotalSeconds, intents.PathOf(request.LibvirtUri, request.DomainId));

    internal static FreezeIntent IntentFor(FreezeRequest request, FreezeOptions options, FreezeGuard by) => new(
        request.DomainId, request.LibvirtUri, ProcessIdentity.Current(), by.Identity, options.TimeProvider.GetUtcNow());

    // A channel keeps to its time-out, except where the hypervisor's own process is stopped: then nothing below ever returns.
    private Task<T> BoundedAsync<T>(Task<T> exchange, TimeSpan timeout) => exchange.WaitAsync(timeout + ExchangeGrace, Clock);
}
