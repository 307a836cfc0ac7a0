using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Health;
using Holdfast.Protection.Health.Probes;

namespace Holdfast.Protection.Tests.Health;

/// <summary>Each check, on a VM that is well and on one that isn't: its own fault is raised, and no other.</summary>
public sealed class CheckTests : IDisposable
{
    private readonly MemoryVm _vm = new();

    public void Dispose() => _vm.Dispose();

    [Fact]
    public async Task A_healthy_vm_passes_every_check()
    {
        _vm.Devices += Interface;
        _vm.Networks = [Network(reserved: true)];
        _vm.Pools = new Dictionary<string, bool?> { ["default"] = true };
        var report = await ExamineAsync();

        Assert.All(report.Results, r => Assert.True(r.Outcome is HealthOutcome.Passed, $"{r.Check}: {r.Outcome} {r.Found}"));
        Assert.Equal(
            [
                "reachable", "libvirt", "tools", "scratch", "state", "guest-alive", "channel", "answers", "version", "commands", "origin", "not-frozen", "mounts",
                "clean", "configuration", "processor", "memory", "images", "others", "leftovers", "bitmaps", "networks", "pools", "addresses",
            ],
            report.Results.Select(r => r.Check));
    }

    [Fact]
    public async Task A_vm_that_is_off_is_asked_nothing_of_its_guest()
    {
        _vm.State = new DomainStateInfo(DomainState.ShutOff, 1);
        var report = await ExamineAsync();
        Assert.Equal(HealthOutcome.Passed, report.Worst);
        Assert.Empty(_vm.InGuest.Asked);
        Assert.DoesNotContain("answers", report.Results.Select(r => r.Check));
    }

    [Theory]
    [InlineData(DomainState.Crashed, 1, "UserErrorVmProvisioningStateFailed")]
    [InlineData(DomainState.Paused, (int)DomainPausedReason.IoError, "UserErrorVmProvisioningStateFailed")]
    [InlineData(DomainState.Paused, (int)DomainPausedReason.Migration, "UserErrorVmNotInDesirableState")]
    [InlineData(DomainState.ShuttingDown, 1, "UserErrorVmNotInDesirableState")]
    [InlineData(DomainState.PmSuspended, 1, "UserErrorVmNotInDesirableState")]
    public async Task A_state_that_keeps_backups_off_is_named(DomainState state, int reason, string code)
    {
        _vm.State = new DomainStateInfo(state, reason);
        await OnlyAsync("state", code);
    }

    [Fact]
    public async Task A_halted_guest_is_told_from_one_whose_agent_is_silent()
    {
        _vm.Unreachable = AgentReach.Silent;
        await OnlyAsync("answers", "GuestAgentSnapshotTaskStatusError");
        _vm.Vcpus = () => new VcpuUse(0, true);
        await OnlyAsync("guest-alive", "HoldfastGuestHalted");
    }

    [Fact]
    public async Task A_missing_channel_is_told_once()
    {
        _vm.Devices = "";
        _vm.Unreachable = AgentReach.NoChannel;
        await OnlyAsync("channel", "HoldfastAgentChannelMissing");
    }

    [Theory]
    [InlineData(nameof(AgentReach.Disconnected), "UserErrorGuestAgentStatusUnavailable")]
    [InlineData(nameof(AgentReach.Silent), "GuestAgentSnapshotTaskStatusError")]
    [InlineData(nameof(AgentReach.Garbled), "HoldfastAgentCommandFailed")]
    public async Task An_agent_out_of_reach_is_named_and_what_depends_on_it_is_unknown(string reach, string code)
    {
        _vm.Unreachable = Enum.Parse<AgentReach>(reach);
        var report = await OnlyAsync("answers", code);
        Assert.All(
            ["version", "commands", "origin", "mounts", "clean", "configuration", "memory", "not-frozen"],
            check => Assert.Equal(HealthOutcome.Unknown, report.Results.Single(r => r.Check == check).Outcome));
    }

    [Fact]
    public async Task An_old_agent_is_named_and_not_its_missing_commands()
    {
        _vm.InGuest.Version = "2.5.1";
        await OnlyAsync("version", "UserErrorGuestAgentVersionUnsupported");
    }

    [Fact]
    public async Task Blocked_commands_are_listed()
    {
        _vm.InGuest.Blocked.Add("guest-exec");
        _vm.InGuest.Blocked.Add("guest-fsfreeze-freeze");
        var report = await OnlyAsync("commands", "HoldfastAgentCommandDisabled");
        Assert.Equal("guest-fsfreeze-freeze\nguest-exec", report.Results.Single(r => r.Check == "commands").Fault!.Parameters["commands"]);
        Assert.Equal(HealthOutcome.Unknown, report.Results.Single(r => r.Check == "origin").Outcome);
    }

    [Fact]
    public async Task A_program_that_no_package_owns_is_named()
    {
        _vm.InGuest.Run = (path, _) => path switch { "readlink" => (0, "/usr/local/bin/qemu-ga\n"), "dpkg-query" or "stat" => (1, ""), _ => null };
        var report = await OnlyAsync("origin", "HoldfastAgentNotPackaged");
        Assert.Equal("/usr/local/bin/qemu-ga", report.Results.Single(r => r.Check == "origin").Found);
    }

    [Fact]
    public async Task Without_a_package_manager_the_origin_is_unknown()
    {
        _vm.InGuest.Run = (path, _) => path switch { "readlink" => (0, "/usr/sbin/qemu-ga\n"), "stat" => (1, ""), _ => null };
        var report = await ExamineAsync();
        Assert.Equal(HealthOutcome.Unknown, report.Results.Single(r => r.Check == "origin").Outcome);
    }

    [Fact]
    public async Task A_guest_that_somebody_froze_is_asked_nothing_more()
    {
        _vm.InGuest.IsFrozen = true;
        await OnlyAsync("not-frozen", "HoldfastAlreadyFrozen");
        Assert.Equal(["guest-ping", "guest-info", "guest-fsfreeze-status"], _vm.InGuest.Asked);
    }

    [Fact]
    public async Task While_a_backup_freezes_the_guest_nothing_is_asked_of_it()
    {
        _vm.IsBeingFrozen = true;
        var report = await ExamineAsync();
        Assert.Empty(_vm.InGuest.Asked);
        Assert.DoesNotContain(report.Results, r => r.Fault is not null);
        Assert.Equal(HealthOutcome.Unknown, report.Worst);
    }

    [Theory]
    [InlineData("22 20 253:0 / /twice rw - ext4 /dev/vda rw", "HoldfastDuplicateMounts")]
    [InlineData("22 20 0:30 / /srv rw - tmpfs tmpfs rw\n23 20 253:32 / /srv/db rw - ext4 /dev/vdc rw", "UserErrorUnableToOpenMount")]
    public async Task Mounts_in_the_way_of_a_freeze_are_named(string more, string code)
    {
        _vm.InGuest.Files["/proc/self/mountinfo"] += more + "\n";
        await OnlyAsync("mounts", code);
    }

    [Theory]
    [InlineData("22 20 253:0 /sub /bind rw - ext4 /dev/vda rw")]
    [InlineData("22 20 0:30 / /srv rw - tmpfs tmpfs rw\n23 22 253:32 / /srv/db rw - ext4 /dev/vdc rw")]
    [InlineData("22 20 253:32 / /srv rw - ext4 /dev/vdc rw\n23 20 0:30 / /srv2 rw - tmpfs tmpfs rw")]
    public async Task Usual_mounts_are_no_trouble(string more)
    {
        _vm.InGuest.Files["/proc/self/mountinfo"] += more + "\n";
        Assert.Empty(await CodesAsync());
    }

    [Fact]
    public async Task A_file_system_with_errors_on_record_is_named()
    {
        _vm.InGuest.Files["/sys/fs/ext4/vda/errors_count"] = "3\n";
        await OnlyAsync("clean", "HoldfastFileSystemUnclean");
    }

    [Fact]
    public async Task A_file_system_made_read_only_beneath_its_mount_is_named()
    {
        _vm.InGuest.Files["/proc/self/mountinfo"] = "20 1 253:0 / / rw,relatime - ext4 /dev/vda ro,errors=remount-ro\n";
        await OnlyAsync("clean", "HoldfastFileSystemUnclean");
    }

    [Theory]
    [InlineData("{ \"pluginName\": ", "81a4", "ExtensionConfigParsingFailure")]
    [InlineData("{}", "81b6", "HoldfastScriptRefused")]
    public async Task A_script_configuration_that_will_not_do_is_named(string content, string mode, string code)
    {
        _vm.InGuest.Files["/etc/azure/VMSnapshotScriptPluginConfig.json"] = content;
        var usual = _vm.InGuest.Run;
        _vm.InGuest.Run = (path, arguments) => path == "stat" ? (0, $"41ed 0\n41ed 0\n41ed 0\n{mode} 0\n") : usual(path, arguments);
        await OnlyAsync("configuration", code);
    }

    [Fact]
    public async Task A_guest_short_of_processor_time_is_named()
    {
        _vm.Vcpus = () => new VcpuUse(0.97, false);
        await OnlyAsync("processor", "HoldfastGuestPressure");
    }

    [Fact]
    public async Task A_guest_that_is_busy_for_a_moment_is_not_short_of_processor_time()
    {
        var windows = 0;
        _vm.Vcpus = () => new VcpuUse(++windows == 3 ? 0.4 : 1, false);
        Assert.Empty(await CodesAsync());
        Assert.Equal(3, windows);
    }

    [Fact]
    public async Task A_guest_short_of_memory_is_named()
    {
        _vm.InGuest.Files["/proc/meminfo"] = "MemTotal: 1000 kB\nMemAvailable: 50 kB\n";
        await OnlyAsync("memory", "HoldfastGuestPressure");
    }

    [Fact]
    public async Task Disks_in_the_way_are_named()
    {
        _vm.Disks = [new DiskLook(MemoryVm.Disk("vda") with { Format = "raw", TrackingObstacle = "raw" }, null)];
        await OnlyAsync("images", "HoldfastRawDiskReadWhole");
        _vm.Disks = [new DiskLook(MemoryVm.Disk("vda") with { IsEncrypted = true }, null)];
        await OnlyAsync("images", "HoldfastEncryptedDiskUnsupported");
        _vm.Disks = [];
        await OnlyAsync("images", "HoldfastNothingToBackUp");
    }

    [Fact]
    public async Task A_newer_agent_that_the_guests_apt_knows_is_named_and_the_newest_passes()
    {
        var (plain, candidate) = (_vm.InGuest.Run, "1.0");
        _vm.InGuest.Run = (path, arguments) =>
            path == "env" && arguments.Contains("apt-cache") ? (0, $"qemu-guest-agent:\n  Installed: 1.0\n  Candidate: {candidate}\n") : plain(path, arguments);
        Assert.Contains((await ExamineAsync()).Results, r => r is { Check: "update", Outcome: HealthOutcome.Passed });
        candidate = "2.0";
        await OnlyAsync("update", "HoldfastAgentUpdateAvailable");
    }

    [Fact]
    public async Task A_secret_that_libvirt_lacks_is_named()
    {
        _vm.Devices += "<disk type='file' device='disk'><source file='/a'/><encryption format='luks'><secret type='passphrase' uuid='5b2f3a7e-0000-4000-8000-000000000001'/></encryption><target dev='vda'/></disk>";
        Assert.Contains("secrets", (await ExamineAsync()).Results.Select(r => r.Check));
        _vm.UnreadableSecrets = [("5b2f3a7e-0000-4000-8000-000000000001", "secret is private")];
        await OnlyAsync("secrets", "UserErrorKeyVaultPermissionsNotConfigured");
    }

    [Fact]
    public async Task A_tpm_whose_state_is_in_no_point_is_named()
    {
        Assert.DoesNotContain("tpm", (await ExamineAsync()).Results.Select(r => r.Check));
        _vm.Devices += "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>";
        Assert.Contains((await ExamineAsync()).Results, r => r is { Check: "tpm", Outcome: HealthOutcome.Passed });
        _vm.TpmTrouble = BackupFaults.TpmStateUnreadable("web1", "/a", "Permission denied");
        await OnlyAsync("tpm", "HoldfastTpmStateUnreadable");
        _vm.Devices = _vm.Devices.Replace("emulator", "passthrough", StringComparison.Ordinal);
        await OnlyAsync("tpm", "HoldfastTpmNotInPoint");
    }

    [Fact]
    public async Task Jobs_of_others_are_named_and_a_backup_of_this_node_is_not()
    {
        _vm.Jobs = new VmJobs(true, false, [], null);
        await OnlyAsync("others", "ExtensionOperationInProgress");
        _vm.Jobs = new VmJobs(false, false, [("vda", "copy")], null);
        await OnlyAsync("others", "HoldfastBlockJobActive");
        _vm.Jobs = new VmJobs(false, false, [], "MigrationOut");
        await OnlyAsync("others", "HoldfastDomainJobActive");
        _vm.Jobs = new VmJobs(true, true, [], null);
        Assert.Empty(await CodesAsync());
    }

    [Fact]
    public async Task What_a_dead_run_left_is_named()
    {
        _vm.Leftover = "a freeze";
        await OnlyAsync("leftovers", "HoldfastLeftoverOfDeadRun");
    }

    [Fact]
    public async Task Broken_bitmaps_are_named_ours_and_those_of_others_apart()
    {
        var ours = $"holdfast-{Guid.NewGuid():N}-{Guid.NewGuid():N}";
        _vm.Checkpoints = [Checkpoint(ours, "vda", "vdb")];
        Assert.Empty(await CodesAsync());
        _vm.Checkpoints = [new CheckpointLook(ours, new HashSet<string> { "vda", "vdb" }, new HashSet<string> { "vda" })];
        await OnlyAsync("bitmaps", "HoldfastChangeTrackingLost");
        _vm.Checkpoints = [new CheckpointLook("other-tool", new HashSet<string> { "vda" }, new HashSet<string>())];
        await OnlyAsync("bitmaps", "HoldfastForeignCheckpointInconsistent");

        static CheckpointLook Checkpoint(string name, params string[] disks) => new(name, disks.ToHashSet(), disks.ToHashSet());
    }

    [Fact]
    public async Task Networks_and_pools_that_a_restore_would_miss_are_named()
    {
        _vm.Networks = [new NetworkLook("lab", false, false, null, [], ["default"])];
        await OnlyAsync("networks", "HoldfastNetworkNotFound");
        _vm.Networks = [new NetworkLook("lab", true, false, "<network/>", [], [])];
        await OnlyAsync("networks", "HoldfastNetworkInactive");
        _vm.Networks = [];
        _vm.Pools = new Dictionary<string, bool?> { ["images"] = false };
        await OnlyAsync("pools", "HoldfastPoolInactive");
        _vm.Pools = new Dictionary<string, bool?> { ["images"] = null };
        await OnlyAsync("pools", "HoldfastPoolNotFound");
    }

    [Fact]
    public async Task An_address_that_a_restored_vm_would_lose_is_named()
    {
        _vm.Devices += Interface;
        _vm.Networks = [Network(reserved: false)];
        await OnlyAsync("addresses", "HoldfastAddressNotReserved");
        _vm.Networks = [Network(reserved: false) with { Leases = [] }];
        await OnlyAsync("addresses", "HoldfastStaticAddressInGuest");
    }

    [Fact]
    public async Task Without_leave_no_program_is_run_in_the_guest()
    {
        var report = await ExamineAsync(new HealthOptions { AllowsPrograms = _ => false });
        Assert.Equal(HealthOutcome.Passed, report.Worst);
        Assert.DoesNotContain("guest-exec", _vm.InGuest.Asked);
    }

    private const string Interface = "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>";

    private static NetworkLook Network(bool reserved) => new(
        "default", true, true,
        $"<network><ip address='192.168.122.1' netmask='255.255.255.0'><dhcp><range start='192.168.122.2' end='192.168.122.254'/>{(reserved ? "<host mac='52:54:00:00:00:01' ip='192.168.122.50'/>" : "")}</dhcp></ip></network>",
        [new DhcpLease("52:54:00:00:00:01", "192.168.122.50", null, null)], []);

    private async Task<HealthReport> OnlyAsync(string check, string code)
    {
        var report = await ExamineAsync();
        var fault = Assert.Single(report.Results, r => r.Fault is not null);
        Assert.Equal((check, code), (fault.Check, fault.Fault!.Code.Value));
        Assert.True(fault.Outcome is HealthOutcome.Warning or HealthOutcome.Failed);
        return report;
    }

    private async Task<IEnumerable<string>> CodesAsync() => (await ExamineAsync()).Results.Select(r => r.Fault?.Code.Value).OfType<string>();

    private Task<HealthReport> ExamineAsync(HealthOptions? options = null)
    {
        _vm.Forget();
        return new HealthRun(options ?? new HealthOptions()).RunAsync([new MemoryHost("host1", _vm)], new HealthRequest(), TestContext.Current.CancellationToken);
    }
}
