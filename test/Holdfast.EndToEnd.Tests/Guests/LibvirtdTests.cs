using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Guests;

/// <summary>libvirt's daemon goes away in the middle of a backup. QEMU doesn't, so what the run did on the guest must be undone later.</summary>
public sealed class LibvirtdTests(UserGuestFixture fixture, Host host) : IClassFixture<UserGuestFixture>, IAsyncLifetime
{
    private readonly Guest _guest = fixture.Guest;
    private readonly UserLibvirt _libvirt = fixture.Libvirt;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    // A case that failed with the daemon away must not fail the others.
    public async ValueTask DisposeAsync() => await _libvirt.StartDaemonAsync();

    [Fact]
    public async Task A_daemon_restarted_while_the_guest_is_frozen_leaves_it_thawed_and_nothing_else_behind()
    {
        var node = await Node.CreateAsync(host, _libvirt);
        var others = await _guest.CheckpointsAsync();
        await using var process = await node.StartPausedAsync("Freeze:after", "backup", _guest.Name);
        Assert.True(await _guest.Agent.IsFrozenAsync());
        await _libvirt.StopDaemonAsync();
        process.Resume();
        await _libvirt.StartDaemonAsync();

        Assert.Equal("HoldfastHypervisorConnectionLost", (await process.EndAsync()).FaultCode);

        await AssertThawedAsync();
        await AssertNothingLeftAsync(node, others);
    }

    [Fact]
    [Condition("N02", Proof.Provocation)]
    public async Task N02_daemon_restarted_in_the_transfer_fails_the_run_which_leaves_nothing_behind_and_the_chain_whole()
    {
        var node = await Node.CreateAsync(host, _libvirt);
        var before = await node.BackUpAsync(_guest);
        var checkpoints = await _guest.CheckpointsAsync();
        await using var process = await node.StartPausedAsync("Transfer:before", "backup", _guest.Name);
        await _libvirt.StopDaemonAsync();
        await _libvirt.StartDaemonAsync();
        process.Resume();

        Assert.Equal("HoldfastHypervisorConnectionLost", (await process.EndAsync()).FaultCode);

        await AssertNothingLeftAsync(node, checkpoints);
        Assert.Equal([before.Point], await node.PointsAsync(_guest.Name));
        await _guest.Agent.RunAsync("dd if=/dev/urandom of=/data/later bs=64k count=4 2>/dev/null; sync");
        Assert.Equal("incremental", (await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync()).Mode("vda"));
    }

    [Fact]
    public async Task A_daemon_that_stays_away_is_made_good_by_the_guard_and_the_next_start()
    {
        var node = await Node.CreateAsync(host, _libvirt);
        var before = await node.BackUpAsync(_guest);
        var checkpoints = await _guest.CheckpointsAsync();
        await using (var process = await node.StartPausedAsync("BackupBegin:after", "backup", _guest.Name))
        {
            await _libvirt.StopDaemonAsync();
            process.Resume();
            Assert.Equal("HoldfastHypervisorConnectionLost", (await process.EndAsync()).FaultCode);
        }

        Assert.Single(Directory.EnumerateFiles(Path.Combine(node.State, "runs")));
        await _libvirt.StartDaemonAsync();
        await AssertThawedAsync();
        Assert.True(await _guest.HasBackupJobAsync(), "the run couldn't end it");

        (await node.RunAsync("vm", "list")).Succeeded();

        Assert.False(await _guest.HasBackupJobAsync());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(node.State, "runs")));
        var next = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
        Assert.Equal("incremental", next.Mode("vda"));
        Assert.Equal([before.Point, next.Point], await node.PointsAsync(_guest.Name));
        Assert.Equal(checkpoints.Count, (await _guest.CheckpointsAsync()).Count);
    }

    [Fact]
    public async Task A_daemon_restarted_after_the_commit_changes_nothing_of_the_point()
    {
        var node = await Node.CreateAsync(host, _libvirt);
        await using var process = await node.StartPausedAsync("CommitPoint:after", "backup", _guest.Name);
        await _libvirt.StopDaemonAsync();
        await _libvirt.StartDaemonAsync();
        process.Resume();

        var run = (await process.EndAsync()).Succeeded().Backup;

        Assert.Equal([run.Point], await node.PointsAsync(_guest.Name));
        Assert.False(await _guest.HasBackupJobAsync());
        Assert.Equal("incremental", (await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync()).Mode("vda"));
    }

    [Fact]
    public async Task A_daemon_that_hangs_while_the_guest_is_frozen_is_given_up_and_the_guest_thawed_once_it_answers()
    {
        var node = await Node.CreateAsync(host, _libvirt);
        await using var process = await node.StartPausedAsync("Freeze:after", "backup", _guest.Name);
        await _libvirt.SignalDaemonAsync("STOP");
        try
        {
            process.Resume();
            Assert.NotEmpty((await process.EndAsync()).FaultCode);
        }
        finally
        {
            await _libvirt.SignalDaemonAsync("CONT");
        }

        await AssertThawedAsync();
        var next = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
        Assert.Equal("fileSystem", next.Consistency);
        await AssertNothingLeftAsync(node, await _guest.CheckpointsAsync());
    }

    private async Task AssertThawedAsync()
    {
        await Eventually.TrueAsync("the guest is thawed", async () => !await _guest.Agent.IsFrozenAsync(), 60);
        await _guest.Agent.RunAsync("echo written >/data/after; sync");
    }

    private async Task AssertNothingLeftAsync(Node node, IReadOnlyList<string> checkpoints)
    {
        Assert.False(await _guest.HasBackupJobAsync());
        Assert.Equal(checkpoints, await _guest.CheckpointsAsync());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(node.State, "runs")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_libvirt.Environment["XDG_CACHE_HOME"], "holdfast/scratch")));
    }
}
