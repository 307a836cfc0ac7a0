using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Guests;

/// <summary>Guests whose agent is missing, stopped or hangs: the point says what it is worth, and the guest runs on.</summary>
public sealed class AgentTests(GuestFixture fixture, Host host) : IClassFixture<GuestFixture>
{
    private const int Degraded = 3;

    // What may be wrong with an agent: where one of them is told, none of the others is.
    private static readonly string[] Neighbours =
    [
        "HoldfastAgentChannelMissing", "UserErrorGuestAgentStatusUnavailable", "GuestAgentSnapshotTaskStatusError",
        "UserErrorGuestAgentVersionUnsupported", "HoldfastAgentCommandDisabled", "HoldfastVmIsOff",
    ];

    private readonly Guest _guest = fixture.Guest;

    [Fact]
    [Condition("B18", Proof.Provocation)]
    public async Task B18_A_guest_without_agent_gives_a_crash_consistent_point_and_strict_fails()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk with { AgentChannel = false });
        var node = await Node.CreateAsync(host);

        var strict = await node.RunAsync("backup", guest.Name, "--consistency", "filesystem", "--strict-consistency");
        Assert.Equal("HoldfastConsistencyNotReached", strict.FaultCode);
        Assert.Empty(await node.PointsAsync(guest.Name));
        Assert.Empty(await guest.CheckpointsAsync());

        AssertDegraded(await node.RunAsync("backup", guest.Name, "--consistency", "filesystem"), "HoldfastAgentChannelMissing");
        Assert.Single(await node.PointsAsync(guest.Name));
    }

    [Fact]
    [Condition("B03", Proof.Provocation)]
    public async Task B03_A_stopped_agent_degrades_the_point_with_a_warning()
    {
        await using var console = await _guest.OpenConsoleAsync();
        await console.RunAsync("agent-control stop");
        try
        {
            var node = await Node.CreateAsync(host);
            AssertDegraded(await node.RunAsync("backup", _guest.Name), "UserErrorGuestAgentStatusUnavailable");
        }
        finally
        {
            await console.RunAsync("agent-control start");
            await _guest.Agent.AwaitAsync();
        }
    }

    [Fact]
    public async Task A_strict_run_without_agent_fails_before_anything_is_made()
    {
        await using var console = await _guest.OpenConsoleAsync();
        await console.RunAsync("agent-control stop");
        try
        {
            var node = await Node.CreateAsync(host);
            var checkpoints = await _guest.CheckpointsAsync();
            // Dies where the job would begin: it never gets there.
            node.Environment["HOLDFAST_TEST_STOP_AT"] = "BackupBegin:before";
            var strict = await node.RunAsync("backup", _guest.Name, "--consistency", "filesystem", "--strict-consistency");

            Assert.Equal("HoldfastConsistencyNotReached", strict.FaultCode);
            Assert.Equal(checkpoints, await _guest.CheckpointsAsync());
        }
        finally
        {
            await console.RunAsync("agent-control start");
            await _guest.Agent.AwaitAsync();
        }
    }

    [Fact]
    [Condition("B07", Proof.Provocation)]
    public async Task B07_An_agent_that_hangs_degrades_the_point_and_the_guest_runs_on()
    {
        await using var console = await _guest.OpenConsoleAsync();
        await console.RunAsync("agent-control hang");
        try
        {
            var node = await Node.CreateAsync(host);
            AssertDegraded(await node.RunAsync("backup", _guest.Name), "GuestAgentSnapshotTaskStatusError");
            await console.RunAsync("echo alive >/data/alive; sync");
        }
        finally
        {
            await console.RunAsync("agent-control resume");
            await _guest.Agent.AwaitAsync();
        }
    }

    [Fact]
    public async Task An_agent_stopped_while_the_guard_is_armed_is_not_asked_to_freeze()
    {
        await using var console = await _guest.OpenConsoleAsync();
        var node = await Node.CreateAsync(host);
        await using var process = await node.StartPausedAsync("ArmGuard:before", "backup", _guest.Name);
        await console.RunAsync("agent-control stop");
        try
        {
            process.Resume();
            AssertDegraded(await process.EndAsync(), "UserErrorGuestAgentStatusUnavailable");
        }
        finally
        {
            await console.RunAsync("agent-control start");
            await _guest.Agent.AwaitAsync();
        }

        Assert.False(await _guest.Agent.IsFrozenAsync());
    }

    [Fact]
    public async Task An_agent_that_dies_while_the_guest_is_frozen_leaves_it_thawed_once_it_is_back()
    {
        await using var console = await _guest.OpenConsoleAsync();
        var node = await Node.CreateAsync(host);
        await using var process = await node.StartPausedAsync("Freeze:after", "backup", _guest.Name);
        await console.RunAsync("agent-control stop");
        process.Resume();
        var taken = await process.EndAsync();
        await console.RunAsync("agent-control start");
        await _guest.Agent.AwaitAsync();

        AssertDegraded(taken, "HoldfastThawFailed");
        await AssertThawedAsync();
    }

    [Fact]
    public async Task A_freeze_whose_reply_is_lost_counts_as_frozen_and_is_thawed()
    {
        await _guest.Agent.RunAsync("""
            printf '#!/bin/sh\necho "$1" >>/run/hook.log\n' >/etc/qemu/fsfreeze-hook.d/log; chmod 755 /etc/qemu/fsfreeze-hook.d/log; rm -f /run/hook.log
            """);
        await using var console = await _guest.OpenConsoleAsync();
        var node = await Node.CreateAsync(host);
        await using var process = await node.StartPausedAsync("Freeze:before", "backup", _guest.Name);
        // The freeze waits in the agent's channel, and is carried out when nobody listens any more.
        await console.RunAsync("agent-control hang");
        process.Resume();
        var taken = await process.EndAsync();
        await console.RunAsync("agent-control resume");
        await _guest.Agent.AwaitAsync();

        AssertDegraded(taken, "UserErrorFsFreezeTimeout", "HoldfastThawFailed");
        await AssertThawedAsync();
        Assert.Equal("freeze\nthaw\n", await _guest.Agent.RunAsync("cat /run/hook.log; rm /etc/qemu/fsfreeze-hook.d/log"));
    }

    [Fact]
    public async Task A_guest_that_hangs_in_the_freeze_is_thawed_in_the_end()
    {
        await using var console = await _guest.OpenConsoleAsync();
        await _guest.Agent.RunAsync("""
            printf '#!/bin/sh\n[ "$1" = freeze ] && sleep 25\nexit 0\n' >/etc/qemu/fsfreeze-hook.d/slow; chmod 755 /etc/qemu/fsfreeze-hook.d/slow
            """);
        try
        {
            var node = await Node.CreateAsync(host);
            AssertDegraded(await node.RunAsync("backup", _guest.Name), "UserErrorFsFreezeTimeout");
            await _guest.Agent.AwaitAsync();
            await AssertThawedAsync();
        }
        finally
        {
            await console.RunAsync("rm -f /etc/qemu/fsfreeze-hook.d/slow");
        }
    }

    private static void AssertDegraded(CliResult taken, params string[] warnings)
    {
        Assert.True(taken.ExitCode == Degraded, taken.Text);
        Assert.Equal("crash", taken.Backup.Consistency);
        Assert.All([.. warnings, "HoldfastConsistencyDegraded"], code => Assert.Contains(code, taken.Backup.Warnings));
        Assert.Empty(taken.Backup.Warnings.Intersect(Neighbours).Except(warnings).ToList());
    }

    // The guard looks twice, and ends only then: nothing is left that could freeze or thaw later.
    private async Task AssertThawedAsync()
    {
        await Eventually.TrueAsync("the guest is thawed", async () => !await _guest.Agent.IsFrozenAsync(), 60);
        await _guest.Agent.RunAsync("echo written >/data/after; sync");
    }
}
