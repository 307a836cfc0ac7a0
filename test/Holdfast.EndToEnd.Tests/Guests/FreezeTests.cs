using Holdfast.EndToEnd.Tests.Harness;
using Holdfast.EndToEnd.Tests.Service;

namespace Holdfast.EndToEnd.Tests.Guests;

/// <summary>File systems that can't be frozen, or that somebody else froze.</summary>
public sealed class FreezeTests(GuestFixture fixture, Host host) : IClassFixture<GuestFixture>
{
    private const int Degraded = 3;
    private readonly Guest _guest = fixture.Guest;

    [Fact]
    [Condition("B24", Proof.Provocation)]
    public async Task B24_A_freeze_that_a_mount_refuses_is_told_and_leaves_nothing_frozen()
    {
        // A mount whose folder is hidden by another mount: the agent can't open it, and gives up what it had frozen.
        await _guest.Agent.RunAsync("""
            set -e; umount /data2; mkdir -p /over/inner; mount -t tmpfs over /over; mkdir -p /over/inner
            mount -t xfs /dev/vdb /over/inner; mount -t tmpfs hide /over
            """);
        try
        {
            var node = await Node.CreateAsync(host);
            var taken = await node.RunAsync("backup", _guest.Name, "--consistency", "filesystem");

            Assert.True(taken.ExitCode == Degraded, taken.Text);
            Assert.Equal("crash", taken.Backup.Consistency);
            Assert.Contains("UserErrorFsFreezeFailed", taken.Backup.Warnings);
            Assert.Contains("/over/inner", taken.Text, StringComparison.Ordinal);
            Assert.False(await _guest.Agent.IsFrozenAsync());
            await _guest.Agent.RunAsync("echo written >/data/after-refusal; sync");

            var strict = await node.RunAsync("backup", _guest.Name, "--consistency", "filesystem", "--strict-consistency");
            Assert.Equal("HoldfastConsistencyNotReached", strict.FaultCode);
        }
        finally
        {
            await _guest.Agent.RunAsync("umount /over; umount /over/inner; umount /over; mount -t xfs /dev/vdb /data2");
        }
    }

    [Fact]
    public async Task A_policy_of_crash_consistency_alone_leaves_the_guest_unfrozen()
    {
        await _guest.Agent.RunAsync("""
            printf '#!/bin/sh\necho "$1" >>/run/policy.log\n' >/etc/qemu/fsfreeze-hook.d/policy; chmod 755 /etc/qemu/fsfreeze-hook.d/policy; : >/run/policy.log
            """);
        try
        {
            await using var served = new AzNode(host);
            await served.StartNodeAsync();
            var (vault, name) = (served.Vault("v1"), "iaasvmcontainerv2;holdfast;" + _guest.Name);
            var (item, policy) = ($"{vault}/backupFabrics/Azure/protectionContainers/IaasVMContainer;{name}/protectedItems/VM;{name}", vault + "/backupPolicies/DefaultPolicy");
            await served.AskAsync("PUT", vault, """{"location":"local","sku":{"name":"Standard"}}""", 201);
            var vm = $"{served.Group}/providers/Microsoft.Compute/virtualMachines/{_guest.Name}";
            await served.AskAsync("PUT", item, $$$"""{"properties":{"sourceResourceId":"{{{vm}}}","policyId":"{{{policy}}}"}}""", 202);
            await BackUpAsync();
            Assert.Equal("freeze\nthaw\n", await LogAsync());

            var changed = await served.AskAsync("GET", policy);
            changed["properties"]!["snapshotConsistencyType"] = "OnlyCrashConsistent";
            await served.AskAsync("PUT", policy, changed.ToJsonString());
            await BackUpAsync();
            Assert.Equal("", await LogAsync());
            var points = (await served.AskAsync("GET", item + "/recoveryPoints"))["value"]!.AsArray();
            Assert.Equal(["CrashConsistent", "FileSystemConsistent"], points.Select(p => (string)p!["properties"]!["recoveryPointType"]!));

            async Task BackUpAsync()
            {
                await served.AskAsync("POST", item + "/backup", """{"properties":{"objectType":"IaasVMBackupRequest"}}""", 202);
                var job = (await served.AskAsync("GET", vault + "/backupJobs"))["value"]![0]!;
                await served.EndedAsync("v1", job, "Completed", "CompletedWithWarnings");
            }
        }
        finally
        {
            await _guest.Agent.RunAsync("rm -f /etc/qemu/fsfreeze-hook.d/policy /run/policy.log");
        }

        Task<string> LogAsync() => _guest.Agent.RunAsync("cat /run/policy.log; : >/run/policy.log");
    }

    [Fact]
    public async Task File_systems_frozen_by_someone_else_stay_frozen_and_are_told()
    {
        await _guest.Agent.AskAsync("""{"execute":"guest-fsfreeze-freeze"}""");
        try
        {
            var node = await Node.CreateAsync(host);
            var taken = await node.RunAsync("backup", _guest.Name, "--consistency", "filesystem");

            AssertAlreadyFrozen(taken);
            Assert.True(await _guest.Agent.IsFrozenAsync(), "somebody else's freeze isn't ours to thaw");

            var strict = await node.RunAsync("backup", _guest.Name, "--consistency", "filesystem", "--strict-consistency");
            Assert.Equal("HoldfastConsistencyNotReached", strict.FaultCode);
            Assert.True(await _guest.Agent.IsFrozenAsync());
        }
        finally
        {
            await _guest.Agent.AskAsync("""{"execute":"guest-fsfreeze-thaw"}""");
        }
    }

    [Theory]
    [InlineData("/data")]
    [InlineData("/data2")]
    public async Task One_file_system_frozen_by_hand_stays_frozen_and_is_told(string mount)
    {
        await using var console = await _guest.OpenConsoleAsync();
        await _guest.Agent.RunAsync($"fsfreeze --freeze {mount}");
        try
        {
            var node = await Node.CreateAsync(host);
            AssertAlreadyFrozen(await node.RunAsync("backup", _guest.Name, "--consistency", "filesystem"));

            // Only what is frozen can be thawed: fsfreeze fails on anything else.
            await _guest.Agent.RunAsync($"fsfreeze --unfreeze {mount}");
        }
        finally
        {
            await console.RunAsync($"fsfreeze --unfreeze {mount} 2>/dev/null");
        }
    }

    [Fact]
    public async Task One_file_system_frozen_by_hand_just_before_the_freeze_is_told_by_the_count()
    {
        await using var console = await _guest.OpenConsoleAsync();
        var node = await Node.CreateAsync(host);
        await using var process = await node.StartPausedAsync("ArmGuard:before", "backup", _guest.Name, "--consistency", "filesystem");
        await _guest.Agent.RunAsync("fsfreeze --freeze /data2");
        try
        {
            process.Resume();
            var taken = await process.EndAsync();

            Assert.True(taken.ExitCode == Degraded, taken.Text);
            Assert.Equal("crash", taken.Backup.Consistency);
            Assert.Contains("UserErrorFsFreezeFailed", taken.Backup.Warnings);
            Assert.Contains("only 1 of 2", taken.Text, StringComparison.Ordinal);
            Assert.False(await _guest.Agent.IsFrozenAsync());
            await _guest.Agent.RunAsync("echo written >/data/after-part; sync");
        }
        finally
        {
            await console.RunAsync("fsfreeze --unfreeze /data2 2>/dev/null");
        }
    }

    private static void AssertAlreadyFrozen(CliResult taken)
    {
        Assert.True(taken.ExitCode == Degraded, taken.Text);
        Assert.Equal("crash", taken.Backup.Consistency);
        Assert.Contains("HoldfastAlreadyFrozen", taken.Backup.Warnings);
    }
}
