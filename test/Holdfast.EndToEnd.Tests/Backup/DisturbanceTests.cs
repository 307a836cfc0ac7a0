using System.Globalization;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Backup;

/// <summary>What a run says when something gets in its way, and that it leaves everything as it was.</summary>
public sealed class DisturbanceTests(Host host)
{
    private static readonly DiskSpec Disk = new("vda") { SizeMiB = 64 };

    [Fact]
    public async Task Ctrl_C_before_the_commit_leaves_points_checkpoints_and_chain_as_they_were()
    {
        await using var vm = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        await vm.BackUpAsync(node);
        var checkpoints = await vm.Guest.CheckpointsAsync();
        var points = await node.PointsAsync(vm.Name);
        await vm.WriteAsync("vda", 4096, 256, 0x22);

        await using (var process = await node.StartPausedAsync("Transfer:before", "backup", vm.Name, "--consistency", "crash"))
        {
            await process.SignalAsync("INT");
            process.Resume();
            var cancelled = await process.EndAsync();
            Assert.True(cancelled.ExitCode == 130, cancelled.Text);
        }

        Assert.False(await vm.Guest.HasBackupJobAsync());
        Assert.Equal(checkpoints, await vm.Guest.CheckpointsAsync());
        Assert.Equal(points, await node.PointsAsync(vm.Name));
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vda"));
    }

    [Fact]
    public async Task Ctrl_C_to_the_process_group_while_an_image_is_read_leaves_nothing_behind()
    {
        var node = await Node.CreateAsync(host);
        var disk = await Guest.CreateDiskAsync(DiskSpec.Ext4("vda"), Path.Combine(host.NewFolder("image"), "disk.qcow2"));
        (await node.RunAsync("backup", "--image", disk.Path)).Succeeded();
        var vault = node.VaultListing();
        await using var process = await node.StartPausedAsync("Transfer:before", "backup", "--image", disk.Path);
        await process.CtrlCAsync();
        process.Resume();
        var cancelled = await process.EndAsync();

        Assert.True(cancelled.ExitCode == 130, cancelled.Text);
        Assert.Equal(vault, node.VaultListing());
        await Tool.RunAsync("qemu-img", "info", disk.Path);
    }

    [Fact]
    public async Task A_vm_whose_qemu_hangs_is_given_up_and_keeps_no_other_vm_from_its_backup()
    {
        await using var hung = await BareVm.StartAsync(host, Disk);
        await using var other = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        var qemu = int.Parse(
            await File.ReadAllTextAsync($"/run/libvirt/qemu/{hung.Name}.pid", TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
        await using var process = await node.StartPausedAsync("Transfer:before", "backup", hung.Name, "--consistency", "crash");
        await Tool.SignalAsync("STOP", qemu);
        try
        {
            await process.SignalAsync("INT");
            process.Resume();
            // The job may still run: that it was cancelled isn't said.
            Assert.Equal("HoldfastHypervisorConnectionLost", (await process.EndAsync()).FaultCode);
            Assert.Single(Directory.EnumerateFiles(Path.Combine(node.State, "runs")));

            var run = (await other.TryBackUpAsync(node)).Succeeded();

            Assert.Contains("couldn't be ended", run.Text, StringComparison.Ordinal);
            Assert.Single(await node.PointsAsync(other.Name));
        }
        finally
        {
            await Tool.SignalAsync("CONT", qemu);
        }

        (await node.RunAsync("vm", "list")).Succeeded();
        Assert.False(await hung.Guest.HasBackupJobAsync());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(node.State, "runs")));
        await hung.WriteAsync("vda", 0, 64, 0x22);
        await hung.BackUpAndCompareAsync(node);
    }

    [Fact]
    public async Task A_second_backup_at_once_is_refused_as_busy()
    {
        await using var vm = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await using var first = await node.StartPausedAsync("Transfer:before", "backup", vm.Name, "--consistency", "crash");

        var second = await vm.TryBackUpAsync(node);

        Assert.Equal("UserErrorBackupOperationInProgress", second.FaultCode);
        Assert.Equal(7, second.ExitCode);
        first.Resume();
        (await first.EndAsync()).Succeeded();
    }

    [Fact]
    public async Task A_vm_without_agent_gives_a_crash_consistent_point_with_warning_and_exit_code_and_strict_fails_before_the_job()
    {
        await using var vm = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        // Dies where the job would begin: a strict run never gets there.
        node.Environment["HOLDFAST_TEST_STOP_AT"] = "BackupBegin:before";
        var strict = await node.RunAsync("backup", vm.Name, "--consistency", "filesystem", "--strict-consistency");
        Assert.Equal("HoldfastConsistencyNotReached", strict.FaultCode);
        node.Environment.Remove("HOLDFAST_TEST_STOP_AT");

        var taken = await node.RunAsync("backup", vm.Name, "--consistency", "filesystem");

        Assert.True(taken.ExitCode == 3, taken.Text);
        Assert.Equal("crash", taken.Backup.Consistency);
        Assert.Contains("HoldfastAgentChannelMissing", taken.Backup.Warnings);
    }

    [Fact]
    [Condition("B10", Proof.Provocation)]
    public async Task B10_Another_tools_backup_job_goes_on_and_is_named()
    {
        await using var vm = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        var folder = host.NewFolder("foreign");
        await Tool.RunAsync("chown", "libvirt-qemu:kvm", folder);
        var xml = Path.Combine(node.Folder, "foreign.xml");
        await File.WriteAllTextAsync(xml, $"""
            <domainbackup mode='pull'><server transport='unix' socket='{folder}/nbd.sock'/>
              <disks><disk name='vda' backup='yes' type='file'><scratch file='{folder}/vda.scratch'/></disk></disks></domainbackup>
            """, TestContext.Current.CancellationToken);
        await Tool.VirshAsync("backup-begin", vm.Name, xml);

        var refused = await vm.TryBackUpAsync(node);

        Assert.Equal("ExtensionOperationInProgress", refused.FaultCode);
        Assert.True(await vm.Guest.HasBackupJobAsync(), "the other tool's job goes on");
        await Tool.VirshAsync("domjobabort", vm.Name);
    }

    [Fact]
    public async Task A_scratch_folder_out_of_qemus_reach_is_told_before_the_vm_is_touched()
    {
        await using var vm = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        var closed = Path.Combine(node.Folder, "closed");
        Directory.CreateDirectory(Path.Combine(closed, "scratch"));
        File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        node.Environment["HOLDFAST_SCRATCH"] = Path.Combine(closed, "scratch");
        // Dies at the first effect on the VM: it never gets there.
        node.Environment["HOLDFAST_TEST_STOP_AT"] = "CreateScratch:before";

        Assert.Equal("HoldfastScratchNotWritableByQemu", (await vm.TryBackUpAsync(node)).FaultCode);
    }
}
