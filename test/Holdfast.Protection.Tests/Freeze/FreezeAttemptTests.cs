using Holdfast.GuestAgent;
using Holdfast.Protection.Freeze;
using Holdfast.Protection.Tests.Restore;

namespace Holdfast.Protection.Tests.Freeze;

public sealed class FreezeAttemptTests : IDisposable
{
    private readonly TemporaryFolder _state = new();

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task A_guest_is_frozen_whole_and_thawed_whole()
    {
        var guest = new MemoryGuest();

        await using var result = await FreezeAsync(guest);
        Assert.Equal(2, guest.Frozen.Count);
        var outcome = await result.Guest!.ThawAsync();

        Assert.True(outcome.Held);
        Assert.Empty(guest.Frozen);
        Assert.Empty(Intents());
    }

    [Fact]
    public async Task A_file_system_frozen_by_hand_keeps_the_freeze_and_every_thaw_from_being_sent()
    {
        var guest = new MemoryGuest();
        guest.FreezeByHand("/data2");

        await using var result = await FreezeAsync(guest);

        Assert.Equal(NotFrozenReason.FrozenBySomeoneElse, result.NotFrozen!.Reason);
        Assert.DoesNotContain("guest-fsfreeze-freeze", guest.Asked);
        Assert.DoesNotContain("guest-fsfreeze-thaw", guest.Asked);
        Assert.Equal(["/data2"], guest.Frozen);
    }

    [Fact]
    public async Task One_frozen_by_hand_after_the_look_is_found_by_the_count_and_what_was_frozen_is_thawed()
    {
        var guest = new MemoryGuest();
        guest.Before = command =>
        {
            if (command == "guest-fsfreeze-freeze")
                guest.FreezeByHand("/data");
        };

        await using var result = await FreezeAsync(guest);

        Assert.Equal(NotFrozenReason.FrozenInPart, result.NotFrozen!.Reason);
        Assert.Empty(guest.Frozen);
        Assert.Empty(Intents());
    }

    [Fact]
    public async Task With_everything_frozen_by_hand_after_the_look_no_thaw_is_sent()
    {
        var guest = new MemoryGuest();
        guest.Before = command =>
        {
            if (command != "guest-fsfreeze-freeze")
                return;
            guest.FreezeByHand("/data");
            guest.FreezeByHand("/data2");
        };

        await using var result = await FreezeAsync(guest);

        Assert.Equal(NotFrozenReason.FrozenBySomeoneElse, result.NotFrozen!.Reason);
        Assert.DoesNotContain("guest-fsfreeze-thaw", guest.Asked);
        Assert.Equal(2, guest.Frozen.Count);
    }

    [Fact]
    public async Task A_guest_that_runs_no_programs_for_others_is_frozen_all_the_same()
    {
        var guest = new MemoryGuest { AllowsExec = false };

        await using var result = await FreezeAsync(guest);

        Assert.True(result.IsFrozen);
        Assert.True((await result.Guest.ThawAsync()).Held);
    }

    private Task<FreezeResult> FreezeAsync(MemoryGuest guest) => FrozenGuest.FreezeAsync(
        new GuestAgentClient(guest), new FreezeRequest("test:///default", Guid.NewGuid()),
        new FreezeOptions { StateDirectory = _state.Path, GuardStarter = guest }, TestContext.Current.CancellationToken);

    private string[] Intents() => Directory.GetFiles(_state.Path, "*", SearchOption.AllDirectories);
}
