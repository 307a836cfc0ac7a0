using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Guests;

/// <summary>Guests whose agent is missing, stopped or hangs, and the freeze around it.</summary>
public sealed class AgentTests(GuestFixture fixture, Host host) : IClassFixture<GuestFixture>
{
    private readonly Guest _guest = fixture.Guest;

    [Fact]
    public async Task A_guest_without_agent_gives_a_crash_consistent_point_and_strict_fails()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk with { AgentChannel = false });
        var node = await Node.CreateAsync(host);

        var strict = await node.RunAsync("backup", guest.Name, "--consistency", "filesystem", "--strict-consistency");
        Assert.NotEmpty(strict.FaultCode);
        Assert.Empty(await node.PointsAsync(guest.Name));

        var taken = await node.RunAsync("backup", guest.Name, "--consistency", "filesystem");
        Assert.NotEqual(0, taken.ExitCode);
        Assert.Equal("crash", taken.Backup.Consistency);
        Assert.NotEmpty(taken.Backup.Warnings);
        Assert.Single(await node.PointsAsync(guest.Name));
    }

    [Fact]
    public async Task A_stopped_agent_degrades_the_point_with_a_warning()
    {
        await using var console = await _guest.OpenConsoleAsync();
        await console.RunAsync("agent-control stop");
        try
        {
            var node = await Node.CreateAsync(host);
            var result = await node.RunAsync("backup", _guest.Name);
            Assert.Equal("crash", result.Backup.Consistency);
            Assert.NotEmpty(result.Backup.Warnings);
        }
        finally
        {
            await console.RunAsync("agent-control start");
            await _guest.Agent.AwaitAsync();
        }
    }

    [Fact]
    public async Task An_agent_that_hangs_degrades_the_point_and_the_guest_runs_on()
    {
        await using var console = await _guest.OpenConsoleAsync();
        await console.RunAsync("agent-control hang");
        try
        {
            var node = await Node.CreateAsync(host);
            var result = await node.RunAsync("backup", _guest.Name);
            Assert.Equal("crash", result.Backup.Consistency);
            await console.RunAsync("echo alive >/data/alive; sync");
        }
        finally
        {
            await console.RunAsync("agent-control resume");
            await _guest.Agent.AwaitAsync();
        }
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
            var result = await node.RunAsync("backup", _guest.Name);
            Assert.Equal("crash", result.Backup.Consistency);
            await Eventually.TrueAsync("the guest writes again", async () =>
            {
                await _guest.Agent.AwaitAsync();
                return !await _guest.Agent.IsFrozenAsync();
            }, 60);
        }
        finally
        {
            await console.RunAsync("rm -f /etc/qemu/fsfreeze-hook.d/slow");
        }
    }

    [Fact]
    public async Task A_file_system_frozen_by_someone_else_is_left_frozen_and_told()
    {
        await _guest.Agent.AskAsync("""{"execute":"guest-fsfreeze-freeze"}""");
        try
        {
            var node = await Node.CreateAsync(host);
            var result = await node.RunAsync("backup", _guest.Name, "--consistency", "filesystem", "--strict-consistency");
            Assert.NotEmpty(result.FaultCode);
            Assert.True(await _guest.Agent.IsFrozenAsync(), "somebody else's freeze isn't ours to thaw");
        }
        finally
        {
            await _guest.Agent.AskAsync("""{"execute":"guest-fsfreeze-thaw"}""");
        }
    }

    [Fact]
    public async Task A_node_stopped_by_a_signal_while_frozen_is_outlived_by_the_guard()
    {
        var node = await Node.CreateAsync(host);
        await using var process = await node.StartPausedAsync("Freeze:after", "backup", _guest.Name);
        Assert.True(await _guest.Agent.IsFrozenAsync());
        await process.SignalAsync("STOP");

        await Eventually.TrueAsync("the guard thawed the guest", async () => !await _guest.Agent.IsFrozenAsync(), 30);

        await process.SignalAsync("KILL");
        await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
    }

    [Fact]
    public async Task A_node_killed_while_frozen_is_outlived_by_the_guard()
    {
        var node = await Node.CreateAsync(host);
        Assert.True(await node.RunUntilKilledAsync("Freeze:after", "backup", _guest.Name));

        await Eventually.TrueAsync("the guard thawed the guest", async () => !await _guest.Agent.IsFrozenAsync(), 10);
    }

    [Fact]
    public async Task The_scripts_of_the_guest_make_the_point_application_consistent()
    {
        await _guest.Agent.RunAsync("""
            mkdir -p /etc/azure
            printf '#!/bin/sh\necho pre >>/run/scripts.log\n' >/etc/azure/pre.sh; printf '#!/bin/sh\necho post >>/run/scripts.log\n' >/etc/azure/post.sh
            chmod 700 /etc/azure/*.sh; rm -f /run/scripts.log
            cat >/etc/azure/VMSnapshotScriptPluginConfig.json <<'X'
            {"pluginName":"ScriptRunner","preScriptLocation":"/etc/azure/pre.sh","postScriptLocation":"/etc/azure/post.sh","preScriptParams":[],"postScriptParams":[],
             "preScriptNoOfRetries":0,"postScriptNoOfRetries":0,"timeoutInSeconds":30,"continueBackupOnFailure":true,"fsFreezeEnabled":true}
            X
            chmod 600 /etc/azure/VMSnapshotScriptPluginConfig.json
            """);
        try
        {
            var node = await Node.CreateAsync(host);
            var run = await node.BackUpAsync(_guest);
            Assert.Equal("application", run.Consistency);
            Assert.Equal("pre\npost\n", await _guest.Agent.RunAsync("cat /run/scripts.log"));
        }
        finally
        {
            await _guest.Agent.RunAsync("rm -rf /etc/azure/*");
        }
    }
}
