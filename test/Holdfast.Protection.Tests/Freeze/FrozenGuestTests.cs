using Holdfast.GuestAgent;
using Holdfast.Protection.Freeze;

namespace Holdfast.Protection.Tests.Freeze;

public sealed class FrozenGuestTests : IDisposable
{
    private static readonly FreezeRequest Request = new("test:///default", Guid.Parse("6695eb01-f6a4-8304-79aa-97f2502e193f"));

    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("hf-freeze-");
    private readonly StandInFreezableAgent _guest = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private FreezeIntentStore Intents => new(_state.FullName);

    public void Dispose() => _state.Delete(recursive: true);

    [Fact]
    public async Task A_freeze_that_holds_says_so_and_leaves_nothing_behind()
    {
        var options = Options();
        await using var result = await FreezeAsync(options);
        Assert.True(result.IsFrozen, result.NotFrozen?.Detail);
        Assert.True(_guest.Frozen);
        Assert.Single(Intents.List());
        Assert.Equal((2, 2), (result.Guest.FileSystems, result.Guest.FileSystemsExpected));
        var outcome = await result.Guest.ThawAsync();
        Assert.Equal((true, FreezeBroken.No, false), (outcome.Held, outcome.Broken, outcome.ThawPending));
        Assert.False(_guest.Frozen);
        Assert.Empty(Intents.List());
        Assert.Equal(0, await ((InProcessGuard)options.GuardStarter).Last!.Ended);
        Assert.Equal(0, _guest.GuardThaws);
    }

    [Fact]
    public async Task The_guard_is_armed_and_the_intent_is_durable_before_the_freeze_is_sent()
    {
        var options = Options();
        var seen = (Guards: 0, Intents: 0);
        _guest.On = name =>
        {
            if (name == "guest-fsfreeze-freeze")
                seen = (((InProcessGuard)options.GuardStarter).Started, Intents.List().Count);
            return Task.FromResult<string?>(null);
        };
        await using var result = await FreezeAsync(options);
        Assert.Equal((1, 1), seen);
    }

    [Fact]
    public async Task Disposing_thaws()
    {
        var result = await FreezeAsync(Options());
        await result.DisposeAsync();
        Assert.False(_guest.Frozen);
        Assert.Empty(Intents.List());
    }

    [Fact]
    public async Task What_somebody_else_froze_is_left_frozen()
    {
        _guest.Frozen = true;
        await using var result = await FreezeAsync(Options());
        Assert.Equal(NotFrozenReason.FrozenBySomeoneElse, result.NotFrozen?.Reason);
        Assert.True(_guest.Frozen);
        Assert.Equal((0, 0), (_guest.Thaws, _guest.GuardThaws));
    }

    [Fact]
    public async Task A_guest_whose_file_systems_are_all_frozen_within_it_is_left_alone()
    {
        var guest = new StandInFreezableAgent { FileSystems = 0 };
        await using var result = await FrozenGuest.FreezeAsync(guest.Client, Request, Options(guest), Ct);
        Assert.Equal(NotFrozenReason.FrozenBySomeoneElse, result.NotFrozen?.Reason);
        Assert.Equal((0, 0), (guest.Thaws, guest.GuardThaws));
        Assert.Empty(Intents.List());
    }

    [Fact]
    public async Task A_mount_that_refuses_is_named()
    {
        _guest.On = name => name == "guest-fsfreeze-freeze" ? throw GuestAgentException.FromGuest("GenericError", "failed to freeze /data: Input/output error")
            : Task.FromResult<string?>(null);
        await using var result = await FreezeAsync(Options());
        Assert.Equal(NotFrozenReason.RefusedByGuest, result.NotFrozen?.Reason);
        Assert.Equal(new FreezeRefusal(FreezeRefusalStep.Freeze, "/data", "Input/output error"), result.NotFrozen?.Refusal);
        Assert.Empty(Intents.List());
        Assert.Equal((0, 0), (_guest.Thaws, _guest.GuardThaws));
    }

    [Theory]
    [InlineData(GuestAgentErrorKind.Unresponsive)]
    [InlineData(GuestAgentErrorKind.ChannelLost)]
    [InlineData(GuestAgentErrorKind.ProtocolError)]
    public async Task A_freeze_whose_reply_was_lost_counts_as_frozen_and_is_thawed(GuestAgentErrorKind kind)
    {
        _guest.On = name =>
        {
            if (name != "guest-fsfreeze-freeze")
                return Task.FromResult<string?>(null);
            _guest.Frozen = true;
            throw new GuestAgentException(kind, "lost");
        };
        await using var result = await FreezeAsync(Options());
        Assert.Equal((NotFrozenReason.ReplyLost, false), (result.NotFrozen?.Reason, result.NotFrozen?.ThawPending));
        Assert.False(_guest.Frozen);
        Assert.Equal(1, _guest.Thaws);
        Assert.Empty(Intents.List());
    }

    [Fact]
    public async Task A_node_that_cannot_thaw_leaves_it_to_its_guard()
    {
        await using var result = await FreezeAsync(Options());
        _guest.On = _ => throw new GuestAgentException(GuestAgentErrorKind.ChannelLost, "libvirtd is gone");
        var outcome = await result.Guest!.ThawAsync();
        Assert.Equal((false, false), (outcome.Held, outcome.ThawPending));
        Assert.False(_guest.Frozen);
        Assert.Empty(Intents.List());
        Assert.True(_guest.GuardThaws > 0);
    }

    [Fact]
    public async Task A_node_whose_guard_has_died_too_starts_another()
    {
        var first = true;
        var options = Options() with
        {
            GuardStarter = new InProcessGuard(_guest)
            {
                Instead = async (input, output) =>
                {
                    if (!first)
                        return await FreezeGuardProcess.RunAsync(input, output, _guest, TimeProvider.System, CancellationToken.None);
                    first = false;
                    await GuardLines.ReadAsync(input, CancellationToken.None);
                    await GuardLines.WriteAsync(output, GuardLines.Armed, CancellationToken.None);
                    await GuardLines.ReadAsync(input, CancellationToken.None);
                    return 137;
                },
            },
        };
        await using var result = await FreezeAsync(options);
        await ((InProcessGuard)options.GuardStarter).Last!.Ended;
        _guest.On = _ => throw new GuestAgentException(GuestAgentErrorKind.ChannelLost, "libvirtd is gone");
        var outcome = await result.Guest!.ThawAsync();
        Assert.Equal((false, false), (outcome.Held, outcome.ThawPending));
        Assert.False(_guest.Frozen);
    }

    [Fact]
    public async Task Who_thawed_in_between_breaks_the_freeze()
    {
        await using var result = await FreezeAsync(Options());
        _guest.Frozen = false;
        var outcome = await result.Guest!.ThawAsync();
        Assert.Equal((false, FreezeBroken.ThawedBySomeoneElse), (outcome.Held, outcome.Broken));
    }

    [Fact]
    public async Task A_node_that_was_stopped_too_long_learns_that_its_guard_acted()
    {
        // The node's own timer is as good as stopped; the guard's clock runs on.
        var options = Options() with { Limit = TimeSpan.FromMinutes(9), GuardStarter = new InProcessGuard(_guest, new HurriedClock(3000)) };
        await using var result = await FreezeAsync(options);
        while (_guest.Frozen)
            await Task.Yield();
        // It wakes up, and the thaw count alone wouldn't tell: the guest was frozen again by its own delayed freeze.
        _guest.Frozen = true;
        var outcome = await result.Guest!.ThawAsync();
        Assert.Equal((false, FreezeBroken.ThawedByGuard), (outcome.Held, outcome.Broken));
    }

    [Fact]
    public async Task At_the_limit_the_guest_is_thawed_and_the_freeze_did_not_hold()
    {
        await using var result = await FreezeAsync(Options() with { Limit = TimeSpan.FromMilliseconds(500) });
        var reached = new TaskCompletionSource();
        using var registration = result.Guest!.LimitReached.Register(reached.SetResult);
        await reached.Task.WaitAsync(Ct);
        var outcome = await result.Guest.ThawAsync();
        Assert.Equal((false, FreezeBroken.LimitReached), (outcome.Held, outcome.Broken));
        Assert.False(_guest.Frozen);
    }

    [Fact]
    public async Task Without_a_guard_nothing_is_frozen()
    {
        var frozen = false;
        _guest.On = name =>
        {
            frozen |= name == "guest-fsfreeze-freeze";
            return Task.FromResult<string?>(null);
        };
        await using var result = await FreezeAsync(Options() with { GuardStarter = new InProcessGuard(_guest) { Instead = (_, _) => Task.FromResult(1) } });
        Assert.Equal(NotFrozenReason.GuardNotArmed, result.NotFrozen?.Reason);
        Assert.False(frozen);
        Assert.Empty(Intents.List());
    }

    [Fact]
    public async Task Without_a_durable_intent_nothing_is_frozen()
    {
        await File.WriteAllTextAsync(Path.Combine(_state.FullName, "freeze"), "a file in the folder's place", Ct);
        await using var result = await FreezeAsync(Options());
        Assert.Equal(NotFrozenReason.IntentNotWritten, result.NotFrozen?.Reason);
        Assert.Equal((false, 0), (_guest.Frozen, _guest.Thaws));
    }

    [Theory]
    [InlineData(GuestAgentErrorKind.NotConfigured, NotFrozenReason.AgentNotConfigured)]
    [InlineData(GuestAgentErrorKind.NotConnected, NotFrozenReason.AgentNotConnected)]
    [InlineData(GuestAgentErrorKind.Unresponsive, NotFrozenReason.AgentUnresponsive)]
    [InlineData(GuestAgentErrorKind.DomainNotRunning, NotFrozenReason.DomainNotRunning)]
    [InlineData(GuestAgentErrorKind.ChannelLost, NotFrozenReason.HypervisorLost)]
    [InlineData(GuestAgentErrorKind.CommandDisabled, NotFrozenReason.FreezeDisabled)]
    [InlineData(GuestAgentErrorKind.CommandNotFound, NotFrozenReason.FreezeNotSupported)]
    public async Task An_agent_that_cannot_be_asked_starts_no_guard(GuestAgentErrorKind kind, NotFrozenReason reason)
    {
        _guest.On = _ => throw new GuestAgentException(kind, "no");
        var options = Options();
        await using var result = await FreezeAsync(options);
        Assert.Equal(reason, result.NotFrozen?.Reason);
        Assert.Equal(0, ((InProcessGuard)options.GuardStarter).Started);
    }

    [Fact]
    public async Task Cancelling_during_the_freeze_thaws_before_it_is_heeded()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        _guest.On = async name =>
        {
            if (name == "guest-fsfreeze-freeze")
                await cancel.CancelAsync();
            return null;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FrozenGuest.FreezeAsync(_guest.Client, Request, Options(), cancel.Token));
        Assert.Equal((false, 1), (_guest.Frozen, _guest.Thaws));
        Assert.Empty(Intents.List());
    }

    [Fact]
    public async Task What_a_dead_node_left_frozen_is_thawed_before_the_next_freeze()
    {
        var dead = new ProcessIdentity(1, -1, Guid.Empty);
        Intents.Write(new FreezeIntent(Request.DomainId, Request.LibvirtUri, dead, dead, DateTimeOffset.UnixEpoch));
        _guest.Frozen = true;
        await using var result = await FreezeAsync(Options());
        Assert.True(result.IsFrozen, result.NotFrozen?.Detail);
        Assert.True((await result.Guest.ThawAsync()).Held);
    }

    [Fact]
    public async Task A_guest_whose_earlier_guard_still_tries_is_not_frozen_again()
    {
        Intents.Write(new FreezeIntent(Request.DomainId, Request.LibvirtUri, new ProcessIdentity(1, -1, Guid.Empty), ProcessIdentity.Current(), DateTimeOffset.UnixEpoch));
        await using var result = await FreezeAsync(Options());
        Assert.Equal((NotFrozenReason.EarlierThawPending, true), (result.NotFrozen?.Reason, result.NotFrozen?.ThawPending));
        Assert.Single(Intents.List());
    }

    private FreezeOptions Options(StandInFreezableAgent? guest = null) => new()
    {
        StateDirectory = _state.FullName,
        GuardStarter = new InProcessGuard(guest ?? _guest),
        ThawPatience = TimeSpan.FromSeconds(3),
    };

    private Task<FreezeResult> FreezeAsync(FreezeOptions options) => FrozenGuest.FreezeAsync(_guest.Client, Request, options, Ct);
}
