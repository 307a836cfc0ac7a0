using System.Text.Json;
using Holdfast.Protection.Freeze;

namespace Holdfast.Protection.Tests.Freeze;

public sealed class GuardDialogueTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hf-guard-");
    private readonly StandInGuest _guest = new();
    private readonly HurriedClock _clock = new(times: 20);

    private string Intent => Path.Combine(_folder.FullName, "x.intent");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_disarmed_guard_ends_and_thaws_nothing()
    {
        using var guard = await ArmedAsync();
        await guard.SayAsync(GuardLines.Freezing);
        await guard.SayAsync(GuardLines.Disarm);
        Assert.Equal(GuardLines.Disarmed, await guard.HearAsync());
        Assert.Equal(0, await guard.Ended);
        Assert.Equal(0, _guest.Tries);
    }

    [Fact]
    public async Task A_node_that_dies_before_the_freeze_was_announced_leaves_nothing_to_thaw()
    {
        using var guard = await ArmedAsync();
        guard.Input.Dispose();
        await guard.Ended;
        Assert.Equal(0, _guest.Tries);
    }

    [Fact]
    public async Task A_node_that_dies_while_frozen_is_stood_in_for_until_the_guest_is_thawed()
    {
        _guest.OnThaw = n => n switch { 1 => throw new IOException("libvirtd is stopped"), 2 => ThawAttempt.NotYet, _ => ThawAttempt.Thawed };
        await File.WriteAllTextAsync(Intent, "{}", TestContext.Current.CancellationToken);
        using var guard = await ArmedAsync();
        var connectionsBefore = _guest.Connections;
        await guard.SayAsync(GuardLines.Freezing);
        guard.Input.Dispose();
        Assert.Equal(0, await guard.Ended);
        // 'Thawed' is looked at twice: the dead node's freeze may still have been on its way.
        Assert.Equal(4, _guest.Tries);
        Assert.Equal(2, _guest.Connections - connectionsBefore);
        Assert.False(File.Exists(Intent));
    }

    [Fact]
    public async Task A_guest_that_is_gone_ends_the_watch()
    {
        _guest.OnThaw = _ => ThawAttempt.Gone;
        using var guard = await ArmedAsync();
        await guard.SayAsync(GuardLines.Freezing);
        guard.Input.Dispose();
        await guard.Ended;
        Assert.Equal(1, _guest.Tries);
    }

    [Fact]
    public async Task A_hypervisor_that_cannot_be_reached_is_tried_again_and_again()
    {
        using var guard = await ArmedAsync();
        var left = 8;
        _guest.OnConnect = () => left-- > 0 ? throw new IOException("refused") : Task.CompletedTask;
        await guard.SayAsync(GuardLines.Freezing);
        guard.Input.Dispose();
        await guard.Ended;
        Assert.Equal(2, _guest.Tries);
    }

    [Fact]
    public async Task A_connection_that_hangs_is_left_behind()
    {
        using var guard = await ArmedAsync();
        var first = true;
        var never = new TaskCompletionSource();
        _guest.OnConnect = () =>
        {
            var hang = first;
            first = false;
            return hang ? never.Task : Task.CompletedTask;
        };
        await guard.SayAsync(GuardLines.Freezing);
        guard.Input.Dispose();
        await guard.Ended;
        Assert.Equal(2, _guest.Tries);
    }

    [Fact]
    public async Task On_the_deadline_the_guard_acts_stays_and_tells_the_node_so()
    {
        using var guard = await ArmedAsync();
        await guard.SayAsync(GuardLines.Freezing);
        // Twice for one thaw, and again for the next deadline: a stopped node may send its freeze later.
        for (var i = 0; i < 4; i++)
            await _guest.TriedAsync();
        Assert.False(guard.HasExited);
        await guard.SayAsync(GuardLines.Disarm);
        Assert.Equal(GuardLines.DisarmedAfterThaw, await guard.HearAsync());
        await guard.Ended;
    }

    [Fact]
    public async Task A_node_that_is_heard_again_while_the_guard_is_thawing_hears_that_it_acted()
    {
        _guest.OnThaw = _ => ThawAttempt.NotYet;
        using var guard = await ArmedAsync();
        await guard.SayAsync(GuardLines.Freezing);
        await _guest.TriedAsync();
        await guard.SayAsync(GuardLines.Disarm);
        Assert.Equal(GuardLines.DisarmedAfterThaw, await guard.HearAsync());
        await guard.Ended;
    }

    [Fact]
    public async Task Nonsense_from_the_node_while_frozen_counts_as_its_end()
    {
        using var guard = await ArmedAsync();
        await guard.SayAsync(GuardLines.Freezing);
        await guard.SayAsync("what?");
        await guard.Ended;
        Assert.Equal(2, _guest.Tries);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("""{"uri":"test:///default","domain":"6695eb01-f6a4-8304-79aa-97f2502e193f","deadlineSeconds":0,"intentPath":"/x"}""")]
    [InlineData("""{"uri":"test:///default","domain":"6695eb01-f6a4-8304-79aa-97f2502e193f","deadlineSeconds":5,"intentPath":"x"}""")]
    [InlineData("""{"uri":null,"domain":"6695eb01-f6a4-8304-79aa-97f2502e193f","deadlineSeconds":5,"intentPath":"/x"}""")]
    public async Task An_order_that_makes_no_sense_arms_nothing(string order)
    {
        using var guard = (InProcessGuard.Running)new InProcessGuard(_guest).Start();
        await guard.SayAsync(order);
        Assert.StartsWith(GuardLines.Failed, await guard.HearAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await guard.Ended);
    }

    [Fact]
    public async Task A_guest_that_cannot_be_reached_arms_nothing()
    {
        _guest.OnConnect = () => throw new IOException("no such\nhypervisor");
        using var guard = (InProcessGuard.Running)new InProcessGuard(_guest).Start();
        await guard.SayAsync(Order);
        Assert.Equal(GuardLines.Failed + "no such hypervisor", await guard.HearAsync());
        Assert.Equal(1, await guard.Ended);
    }

    private string Order => JsonSerializer.Serialize(new GuardOrder("test:///default", Guid.NewGuid(), 2, Intent), FreezeJson.Default.GuardOrder);

    private async Task<InProcessGuard.Running> ArmedAsync()
    {
        var guard = (InProcessGuard.Running)new InProcessGuard(_guest, _clock).Start();
        await guard.SayAsync(Order);
        Assert.Equal(GuardLines.Armed, await guard.HearAsync());
        return guard;
    }
}
