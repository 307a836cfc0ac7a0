using System.Diagnostics;
using System.Globalization;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Guests;

/// <summary>A guest is never left frozen, whoever dies.</summary>
public sealed class FreezeGuardTests(GuestFixture fixture, Host host, ITestOutputHelper output) : IClassFixture<GuestFixture>
{
    private readonly Guest _guest = fixture.Guest;

    [Fact]
    public async Task A_node_killed_while_frozen_is_outlived_by_the_guard()
    {
        var node = await Node.CreateAsync(host);
        await using var process = await node.StartPausedAsync("Freeze:after", "backup", _guest.Name);
        Assert.True(await _guest.Agent.IsFrozenAsync());
        var clock = Stopwatch.StartNew();
        await process.SignalAsync("KILL");

        await Eventually.TrueAsync("the guard thawed the guest", async () => !await _guest.Agent.IsFrozenAsync(), 60);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seen thawed {clock.ElapsedMilliseconds} ms after the node's death (goal: 5000)"));
    }

    [Fact]
    public async Task A_node_killed_with_its_job_begun_leaves_a_good_chain()
    {
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(_guest);
        var checkpoints = await _guest.CheckpointsAsync();

        await node.RunUntilKilledAsync("BackupBegin:after", "backup", _guest.Name);

        await Eventually.TrueAsync("the guard thawed the guest", async () => !await _guest.Agent.IsFrozenAsync(), 60);
        var next = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
        Assert.Equal("incremental", next.Mode("vda"));
        Assert.Equal("fileSystem", next.Consistency);
        Assert.False(await _guest.HasBackupJobAsync());
        Assert.Equal(checkpoints.Count, (await _guest.CheckpointsAsync()).Count);
    }

    [Fact]
    public async Task A_node_stopped_while_frozen_is_thawed_by_the_guard_and_claims_no_consistency_when_it_goes_on()
    {
        var node = await Node.CreateAsync(host);
        await using var process = await node.StartPausedAsync("Freeze:after", "backup", _guest.Name);
        Assert.True(await _guest.Agent.IsFrozenAsync());
        await process.SignalAsync("STOP");
        await Eventually.TrueAsync("the guard thawed the guest", async () => !await _guest.Agent.IsFrozenAsync(), 60);

        await process.SignalAsync("CONT");
        process.Resume();
        var taken = await process.EndAsync();

        Assert.True(taken.ExitCode == 3, taken.Text);
        Assert.Equal("crash", taken.Backup.Consistency);
        Assert.False(await _guest.Agent.IsFrozenAsync());
    }

    [Fact]
    public async Task A_node_stopped_while_frozen_and_then_killed_leaves_a_guest_that_can_be_backed_up_at_once()
    {
        var node = await Node.CreateAsync(host);
        await using var process = await node.StartPausedAsync("Freeze:after", "backup", _guest.Name);
        await process.SignalAsync("STOP");
        await Eventually.TrueAsync("the guard thawed the guest", async () => !await _guest.Agent.IsFrozenAsync(), 60);
        await process.SignalAsync("KILL");

        var next = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
        Assert.Equal("fileSystem", next.Consistency);
    }

    [Fact]
    public async Task Node_and_guard_killed_together_are_made_good_by_the_next_start()
    {
        var node = await Node.CreateAsync(host);
        await using (var process = await node.StartPausedAsync("Freeze:after", "backup", _guest.Name))
        {
            await Task.WhenAll(Tool.SignalAsync("KILL", await process.GuardAsync()), process.SignalAsync("KILL"));
            await process.EndAsync();
        }

        Assert.True(await _guest.Agent.IsFrozenAsync(), "nobody is left to thaw");
        var next = await node.RunAsync("backup", _guest.Name);
        Assert.Equal("fileSystem", next.Succeeded().Backup.Consistency);
        Assert.False(await _guest.Agent.IsFrozenAsync());
    }
}
