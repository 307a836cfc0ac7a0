using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Health;

/// <summary>Conditions made inside one running guest, each undone afterwards: the examination names the one, and none of its neighbours.</summary>
public sealed class GuestConditionTests(GuestFixture fixture, Host host) : IClassFixture<GuestFixture>
{
    private const string Configuration = "/etc/azure/VMSnapshotScriptPluginConfig.json";
    private readonly Guest _guest = fixture.Guest;

    [Fact]
    public async Task A_healthy_vm_passes_every_check()
    {
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(_guest);
        var found = await Examination.OfAsync(node, _guest.Name);
        Assert.Equal(0, found.Result.Succeeded().ExitCode);
        Assert.All(found.Rows, r => Assert.Equal("passed", r.Outcome));
        Assert.Equal("qemu-guest-agent", found["origin"].Found);
        Assert.False(await _guest.Agent.IsFrozenAsync());
    }

    [Fact]
    [Condition("B03", Proof.Provocation)]
    public async Task B03_agent_stopped_is_told_apart_from_absent_and_hanging() =>
        await OnConsoleAsync("agent-control stop", "agent-control start", async node =>
        {
            (await Examination.OfAsync(node, _guest.Name)).Raised("UserErrorGuestAgentStatusUnavailable");
            var status = (await node.RunAsync("agent", "status", _guest.Name)).Succeeded();
            Assert.Equal("disconnected", status.Json.GetProperty("state").GetString());
        });

    [Fact]
    [Condition("B07", Proof.Provocation)]
    public async Task B07_agent_hanging_is_told_apart_from_stopped_and_halted() =>
        await OnConsoleAsync("agent-control hang", "agent-control resume", async node =>
            (await Examination.OfAsync(node, _guest.Name)).Raised("GuestAgentSnapshotTaskStatusError"));

    [Fact]
    [Condition("B08", Proof.Provocation)]
    [Condition("A10", Proof.Provocation)]
    public async Task B08_A10_agent_too_old_is_told_from_one_that_blocks_commands()
    {
        var node = await Node.CreateAsync(host);
        (await Examination.OfAsync(node, _guest.Name, "--agent-minimum", "99.0")).Raised("UserErrorGuestAgentVersionUnsupported");
    }

    [Fact]
    [Condition("B08", Proof.Provocation)]
    public async Task B08_agent_that_blocks_commands_lists_them() => await OnConsoleAsync(
        "agent-control stop; qemu-ga -d -m virtio-serial -p /dev/virtio-ports/org.qemu.guest_agent.0 -t /run -f /run/blocked.pid -b guest-fsfreeze-freeze,guest-exec",
        "agent-control start",
        async node =>
        {
            await _guest.Agent.AwaitAsync();
            var found = await Examination.OfAsync(node, _guest.Name);
            found.Raised("HoldfastAgentCommandDisabled");
            Assert.Equal("guest-fsfreeze-freeze guest-exec", found["commands"].Found);
        });

    [Fact]
    [Condition("A08", Proof.Provocation)]
    public async Task A08_agent_of_no_package_is_named() => await OnConsoleAsync(
        "agent-control stop; mkdir -p /usr/local/bin; cp /usr/sbin/qemu-ga /usr/local/bin/qemu-ga; /usr/local/bin/qemu-ga -d -m virtio-serial -p /dev/virtio-ports/org.qemu.guest_agent.0 -t /run -f /run/local.pid",
        "agent-control start",
        async node =>
        {
            await _guest.Agent.AwaitAsync();
            var found = await Examination.OfAsync(node, _guest.Name);
            found.Raised("HoldfastAgentNotPackaged");
            Assert.Equal("/usr/local/bin/qemu-ga", found["origin"].Found);
        });

    [Fact]
    [Condition("B24", Proof.Provocation)]
    public async Task B24_file_systems_that_somebody_froze_are_named_and_stay_frozen()
    {
        var node = await Node.CreateAsync(host);
        await _guest.Agent.AskAsync("""{"execute":"guest-fsfreeze-freeze"}""");
        try
        {
            (await Examination.OfAsync(node, _guest.Name)).Raised("HoldfastAlreadyFrozen");
            Assert.True(await _guest.Agent.IsFrozenAsync());
        }
        finally
        {
            await _guest.Agent.AskAsync("""{"execute":"guest-fsfreeze-thaw"}""");
        }
    }

    [Fact]
    [Condition("B24", Proof.Provocation)]
    public async Task B24_mount_hidden_below_another_is_named_before_it_refuses_a_freeze() => await InGuestAsync(
        "umount /data2 && mkdir -p /srv/db && mount -t xfs /dev/vdb /srv/db && mount -t tmpfs over /srv",
        "umount /srv; umount /srv/db; mount -t xfs /dev/vdb /data2",
        async node =>
        {
            var found = await Examination.OfAsync(node, _guest.Name);
            found.Raised("UserErrorUnableToOpenMount");
            Assert.Equal("/srv/db is hidden", found["mounts"].Found);
        });

    [Fact]
    [Condition("B24", Proof.Provocation)]
    public async Task B24_device_mounted_twice_is_named() => await InGuestAsync(
        "mkdir -p /twice && mount -t ext4 /dev/vda /twice", "umount /twice",
        async node => (await Examination.OfAsync(node, _guest.Name)).Raised("HoldfastDuplicateMounts"));

    [Theory]
    [InlineData("printf '{ \"pluginName\": ' >CONFIG", "ExtensionConfigParsingFailure")]
    [InlineData("printf '\\377\\376{\\0}\\0' >CONFIG", "ExtensionConfigParsingFailure")]
    [InlineData("printf '{}' >CONFIG; chmod 666 CONFIG", "HoldfastScriptRefused")]
    [Condition("B20", Proof.Provocation)]
    public async Task B20_script_configuration_that_will_not_do_is_named(string make, string code) => await InGuestAsync(
        make.Replace("CONFIG", Configuration, StringComparison.Ordinal), $"rm -f {Configuration}",
        async node => (await Examination.OfAsync(node, _guest.Name)).Raised(code));

    [Fact]
    [Condition("B20", Proof.Provocation)]
    public async Task B20_script_that_is_not_roots_alone_is_refused_and_never_run() => await InGuestAsync(
        $$"""
        printf '#!/bin/sh\ntouch /run/was-run\n' >/etc/azure/pre.sh; chmod 777 /etc/azure/pre.sh
        printf '{"preScriptLocation":"/etc/azure/pre.sh"}' >{{Configuration}}; chmod 600 {{Configuration}}
        """,
        $"rm -f {Configuration} /etc/azure/pre.sh",
        async node =>
        {
            (await Examination.OfAsync(node, _guest.Name)).Raised("HoldfastScriptRefused");
            await _guest.Agent.RunAsync("[ ! -e /run/was-run ]");
        });

    [Theory]
    [InlineData("#!/usr/bin/python9", "/usr/bin/python9")]
    [InlineData("#! /usr/bin/env python9 -u", "python9")]
    [Condition("B26", Proof.Provocation)]
    public async Task B26_interpreter_that_the_guest_lacks_is_named_and_no_script_run(string line, string missing) => await InGuestAsync(
        $$"""
        ln -sf /bin/env /usr/bin/env
        printf '%s\ntouch /run/was-run\n' '{{line}}' >/etc/azure/pre.sh; chmod 700 /etc/azure/pre.sh
        printf '{"preScriptLocation":"/etc/azure/pre.sh"}' >{{Configuration}}; chmod 600 {{Configuration}}
        """,
        $"rm -f {Configuration} /etc/azure/pre.sh /usr/bin/env",
        async node =>
        {
            var found = await Examination.OfAsync(node, _guest.Name);
            found.Raised("HoldfastGuestToolMissing");
            Assert.Equal(missing, found["configuration"].Found);
        });

    [Fact]
    [Condition("A06", Proof.Provocation)]
    public async Task A06_update_of_the_agent_is_refused_while_a_backup_runs_here_or_elsewhere()
    {
        var node = await Node.CreateAsync(host);
        await using var process = await node.StartPausedAsync("Transfer:before", "backup", _guest.Name);
        Assert.Equal("HoldfastAgentUpdateRefused", (await node.RunAsync("agent", "update", _guest.Name)).FaultCode);
        Assert.Equal("HoldfastAgentUpdateRefused", (await node.OnAnotherMachine().RunAsync("agent", "update", _guest.Name)).FaultCode);
        process.Resume();
        (await process.EndAsync()).Succeeded();
    }

    [Fact]
    [Condition("S05", Proof.Provocation)]
    public async Task S05_guest_at_its_processors_limit_is_named() => await InGuestAsync(
        "(while :; do :; done) >/dev/null 2>&1 & echo $! >/run/burn.pid", "kill $(cat /run/burn.pid)",
        async node =>
        {
            var found = await Examination.OfAsync(node, _guest.Name);
            found.Raised("HoldfastGuestPressure");
            Assert.Equal("warning", found["processor"].Outcome);
        });

    private async Task OnConsoleAsync(string make, string undo, Func<Node, Task> examine)
    {
        await using var console = await _guest.OpenConsoleAsync();
        var node = await Node.CreateAsync(host);
        await console.RunAsync(make);
        try
        {
            await examine(node);
        }
        finally
        {
            await console.RunAsync(undo);
            await _guest.Agent.AwaitAsync();
        }
    }

    private async Task InGuestAsync(string make, string undo, Func<Node, Task> examine)
    {
        var node = await Node.CreateAsync(host);
        await _guest.Agent.RunAsync(make);
        try
        {
            await examine(node);
        }
        finally
        {
            await _guest.Agent.RunAsync(undo);
        }
    }
}
