using System.Globalization;
using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Freeze;

/// <summary>The steps of one freeze, in the order that keeps the guest safe (INV-F1, INV-F2).</summary>
internal sealed class FreezeAttempt(GuestAgentClient agent, FreezeRequest request, FreezeOptions options)
{
    // Types whose file systems Linux and Windows can freeze; of others it isn't known whether the agent counts them.
    private static readonly HashSet<string> Freezable = new(StringComparer.OrdinalIgnoreCase) { "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "jfs", "nilfs2", "gfs2" };
    private static readonly TimeSpan GuardPoll = TimeSpan.FromMilliseconds(100);

    private readonly FreezeIntentStore _intents = new(options.StateDirectory);

    public async Task<FreezeResult> RunAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var path = _intents.PathOf(request.LibvirtUri, request.DomainId);
        await EarlierGuardAsync(path, ct);
        var earlier = FreezeIntentStore.TryRead(path);
        if (Owned(earlier) is { } owned)
            return new FreezeResult(owned);
        // A file there that can't be read is still an intent: of a freeze whose owner nobody knows.
        var leftBehind = earlier is not null || File.Exists(path);

        int? expected;
        try
        {
            if (await agent.FsFreezeStatusAsync(null, ct) is FreezeStatus.Frozen && !await ThawedLeftoverAsync(leftBehind, ct))
                return Not(NotFrozenReason.FrozenBySomeoneElse, "The guest's file systems are frozen already, and not by this node.");
            var freezable = await FreezableAsync(ct);
            if (freezable is not null && await FrozenFileSystems.AnyAsync(agent, freezable, ct))
                return Not(NotFrozenReason.FrozenBySomeoneElse, "A file system of the guest is frozen already, and not by this node.");
            expected = freezable?.Count;
        }
        catch (GuestAgentException e)
        {
            return Not(Reason(e.Kind), e.Message, e);
        }
        return await UnderGuardAsync(expected, ct);
    }

    private async Task<FreezeResult> UnderGuardAsync(int? expected, CancellationToken ct)
    {
        FreezeGuard guard;
        try
        {
            guard = await options.Effects.RunAsync(Effect.ArmGuard, () => FreezeGuard.ArmAsync(
                options.GuardStarter, FreezeSession.OrderFor(request, options, _intents), options.GuardArmTimeout, options.TimeProvider, ct));
        }
        catch (GuardNotArmedException e)
        {
            return Not(NotFrozenReason.GuardNotArmed, e.Message, e);
        }
        FreezeSession? session = null;
        try
        {
            await options.Effects.RunAsync(Effect.WriteFreezeIntent, () => _intents.Write(FreezeSession.IntentFor(request, options, guard)));
            // Arming took a while: someone else may have frozen meanwhile.
            if (await agent.FsFreezeStatusAsync(null, ct) is FreezeStatus.Frozen)
                return Not(NotFrozenReason.FrozenBySomeoneElse, "The guest's file systems are frozen already, and not by this node.");
            ct.ThrowIfCancellationRequested();
            if (!await guard.AnnounceFreezeAsync())
                return Not(NotFrozenReason.GuardNotArmed, "The guard process ended before the freeze.");
            session = new FreezeSession(agent, request, options, _intents, guard) { FileSystemsExpected = expected };
        }
        catch (GuestAgentException e)
        {
            return Not(Reason(e.Kind), e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FaultException)
        {
            return Not(NotFrozenReason.IntentNotWritten, $"The note that the guest is to be thawed can't be written: {e.Message}", e);
        }
        finally
        {
            if (session is null)
                await StandDownAsync(guard);
        }
        return await FreezeAsync(session, ct);
    }

    // From here on the guard is announced: every way out thaws, or returns a guest that thaws.
    private static async Task<FreezeResult> FreezeAsync(FreezeSession session, CancellationToken ct)
    {
        NotFrozen? failure = null;
        try
        {
            await session.Effects.RunAsync(Effect.Freeze, session.FreezeAsync);
            failure = (session.FileSystems, session.FileSystemsExpected) switch
            {
                (0, > 0) => new NotFrozen(NotFrozenReason.FrozenBySomeoneElse, "Every file system that can be frozen is frozen already, and not by this node."),
                (0, _) => new NotFrozen(NotFrozenReason.NothingToFreeze, "The guest has no file system that can be frozen."),
                var (frozen, expected) when frozen < expected => new NotFrozen(NotFrozenReason.FrozenInPart, string.Create(
                    CultureInfo.InvariantCulture, $"only {frozen} of {expected} file systems could be frozen; somebody in the guest held the others")),
                _ => null,
            };
        }
        catch (GuestAgentException e) when (!e.MayHaveRun)
        {
            failure = new NotFrozen(e.Kind is GuestAgentErrorKind.GuestError ? NotFrozenReason.RefusedByGuest : Reason(e.Kind), e.Message)
            {
                Refusal = e.Kind is GuestAgentErrorKind.GuestError ? FreezeRefusal.Parse(e.GuestDescription ?? "") : null,
                Cause = e,
            };
        }
        catch (Exception e)
        {
            // INV-F2: a freeze whose reply was lost, for whatever reason, counts as frozen.
            failure = new NotFrozen(NotFrozenReason.ReplyLost, $"The freeze's reply was lost: {e.Message}") { Cause = e };
        }
        if (failure is null && !ct.IsCancellationRequested)
            return new FreezeResult(new FrozenGuest(session, TimeSpan.FromTicks(Math.Max(0, (session.Limit - session.Elapsed).Ticks))));

        using (session)
        {
            var end = await session.EndWithoutFreezeAsync(mayBeFrozen: session.FileSystems > 0 || failure is null or { Reason: NotFrozenReason.ReplyLost });
            ct.ThrowIfCancellationRequested();
            return new FreezeResult(failure! with { ThawPending = end.ThawPending });
        }
    }

    private async Task StandDownAsync(FreezeGuard guard)
    {
        await guard.DisarmAsync();
        guard.Dispose();
        try
        {
            _intents.Remove(request.LibvirtUri, request.DomainId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing was frozen; a leftover intent costs a look at the next start.
        }
    }

    // The guard of a node that was killed makes sure of the thaw for some seconds: worth waiting for.
    private async Task EarlierGuardAsync(string path, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(options.ThawPatience, options.TimeProvider);
        while (!patience.IsCancellationRequested && FreezeIntentStore.TryRead(path) is { } earlier
            && (earlier.Owner == ProcessIdentity.Current() || !earlier.Owner.IsAlive()) && earlier.Guard.IsAlive())
            await Task.Delay(GuardPoll, options.TimeProvider, ct);
    }

    private static NotFrozen? Owned(FreezeIntent? intent)
    {
        if (intent is null)
            return null;
        if (intent.Owner.IsAlive() && intent.Owner != ProcessIdentity.Current())
            return new NotFrozen(NotFrozenReason.AnotherFreezeUnderway, $"Process {intent.Owner.Pid} of this node is freezing this guest.");
        return intent.Guard.IsAlive()
            ? new NotFrozen(NotFrozenReason.EarlierThawPending, $"The guard of an earlier freeze, process {intent.Guard.Pid}, isn't done with this guest.") { ThawPending = true }
            : null;
    }

    // Frozen, with an intent of ours whose node and guard are dead: it is our own, left by a crash.
    private async Task<bool> ThawedLeftoverAsync(bool leftBehind, CancellationToken ct)
    {
        if (!leftBehind)
            return false;
        await agent.FsThawAsync(null, ct);
        return await agent.FsFreezeStatusAsync(null, ct) is FreezeStatus.Thawed;
    }

    private async Task<IReadOnlyList<GuestFileSystem>?> FreezableAsync(CancellationToken ct)
    {
        try
        {
            var all = await agent.FsInfoAsync(ct);
            // Mounted twice, a file system is frozen once.
            return [.. all.Where(fs => Freezable.Contains(fs.Type) && (request.MountPoints?.Contains(fs.MountPoint) ?? true)).DistinctBy(fs => fs.Device)];
        }
        catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.CommandNotFound or GuestAgentErrorKind.CommandDisabled
            or GuestAgentErrorKind.GuestError or GuestAgentErrorKind.ProtocolError or GuestAgentErrorKind.LimitExceeded)
        {
            return null;
        }
    }

    private static FreezeResult Not(NotFrozenReason reason, string detail, Exception? cause = null) => new(new NotFrozen(reason, detail) { Cause = cause });

    private static NotFrozenReason Reason(GuestAgentErrorKind kind) => kind switch
    {
        GuestAgentErrorKind.NotConfigured => NotFrozenReason.AgentNotConfigured,
        GuestAgentErrorKind.NotConnected => NotFrozenReason.AgentNotConnected,
        GuestAgentErrorKind.Unresponsive => NotFrozenReason.AgentUnresponsive,
        GuestAgentErrorKind.DomainNotRunning => NotFrozenReason.DomainNotRunning,
        GuestAgentErrorKind.ChannelLost => NotFrozenReason.HypervisorLost,
        GuestAgentErrorKind.CommandNotFound => NotFrozenReason.FreezeNotSupported,
        GuestAgentErrorKind.CommandDisabled => NotFrozenReason.FreezeDisabled,
        GuestAgentErrorKind.FrozenState => NotFrozenReason.FrozenBySomeoneElse,
        GuestAgentErrorKind.GuestError => NotFrozenReason.RefusedByGuest,
        _ => NotFrozenReason.AgentProtocol,
    };
}
