using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Disks;

/// <summary>VMs that are off and images that no VM uses: read under QEMU's locks, from the chain's bitmap, which they leave as it is.</summary>
public sealed class OfflineDiskTests(Host host)
{
    private static readonly DiskSpec Disk = new("vda") { SizeMiB = 64 };

    [Fact]
    public async Task A_vm_that_is_off_is_read_incrementally_and_its_chain_goes_on_afterwards()
    {
        await using var vm = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 4096, 0x11);
        await vm.BackUpAsync(node);
        await vm.WriteAsync("vda", 8192, 256, 0x22);
        await vm.StopAsync();
        var checkpoints = await vm.Guest.CheckpointsAsync();

        var first = await vm.BackUpOffAndCompareAsync(node);
        await BareVm.WriteImageAsync(vm.Disks[0].Path, "qcow2", 12 * 1024, 256, 0x33);
        var second = await vm.BackUpOffAndCompareAsync(node);

        Assert.Equal("incremental", first.Mode("vda"));
        Assert.InRange(first.DiskReadBytes("vda"), 256 * 1024, 1024 * 1024);
        Assert.Equal("incremental", second.Mode("vda"));
        Assert.Equal(checkpoints, await vm.Guest.CheckpointsAsync());
        await vm.StartAsync();
        await vm.WriteAsync("vda", 16 * 1024, 256, 0x44);
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vda"));
        Assert.Single(await vm.Guest.CheckpointsAsync());
    }

    /// <summary>QEMU's own locks don't see to that where a raw image is read.</summary>
    [Theory]
    [InlineData("qcow2")]
    [InlineData("raw")]
    public async Task A_vm_cannot_start_while_it_is_read_and_can_afterwards(string format)
    {
        await using var vm = await BareVm.DefineAsync(host, Disk with { Format = format });
        await BareVm.WriteImageAsync(vm.Disks[0].Path, format, 0, 1024, 0x11);
        var node = await Node.CreateAsync(host);
        await using (var process = await node.StartPausedAsync("Transfer:before", "backup", vm.Name, "--consistency", "crash"))
        {
            Assert.Contains("lock", (await Tool.TryVirshAsync("start", vm.Name)).Errors, StringComparison.Ordinal);
            process.Resume();
            var run = (await process.EndAsync()).Succeeded().Backup;
            Assert.Contains("HoldfastVmStartBlocked", run.Warnings);
            await vm.CompareImagesAsync(node, vm.Name, run.Point, vm.Disks);
        }

        await vm.StartAsync();
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("raw")]
    public async Task A_vm_started_before_its_image_is_locked_ends_the_run_by_name_and_runs_on(string format)
    {
        await using var vm = await BareVm.DefineAsync(host, Disk with { Format = format });
        var node = await Node.CreateAsync(host);
        await using var process = await node.StartPausedAsync("OpenImage:before", "backup", vm.Name, "--consistency", "crash");
        await vm.StartAsync();
        process.Resume();

        Assert.Equal("HoldfastVmStartedDuringOfflineRead", (await process.EndAsync()).FaultCode);

        Assert.Equal("running", await vm.Guest.StateAsync());
        Assert.Empty(await node.PointsAsync(vm.Name));
        await vm.WriteAsync("vda", 0, 64, 0x22);
        await vm.BackUpAndCompareAsync(node);
    }

    [Theory]
    [InlineData("OpenImage:before")]
    [InlineData("OpenImage:after")]
    [InlineData("Transfer:after")]
    [InlineData("CommitPoint:after")]
    public async Task A_run_killed_while_it_reads_an_image_leaves_no_lock_and_a_good_chain(string gate)
    {
        await using var vm = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        await vm.BackUpAsync(node);
        await vm.WriteAsync("vda", 4096, 64, 0x22);
        await vm.StopAsync();

        await node.RunUntilKilledAsync(gate, "backup", vm.Name, "--consistency", "crash");

        Assert.Equal("incremental", (await vm.BackUpOffAndCompareAsync(node)).Mode("vda"));
        await vm.StartAsync();
        await vm.WriteAsync("vda", 8192, 64, 0x33);
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vda"));
        Assert.Equal(gate == "CommitPoint:after" ? 4 : 3, (await node.PointsAsync(vm.Name)).Count);
    }

    [Fact]
    [Condition("B16", Proof.Provocation)]
    public async Task B16_A_vm_with_a_saved_state_is_refused_by_name_and_keeps_it()
    {
        await using var vm = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        await vm.BackUpAsync(node);
        await Tool.VirshAsync("managedsave", vm.Name);

        Assert.Equal("UserErrorVmNotInDesirableState", (await vm.TryBackUpAsync(node)).FaultCode);

        await vm.StartAsync();
        await vm.WriteAsync("vda", 4096, 64, 0x22);
        await vm.BackUpAndCompareAsync(node);
    }

    [Theory]
    [InlineData("qcow2", true)]
    [InlineData("qcow2", false)]
    [InlineData("raw", true)]
    public async Task An_image_that_no_vm_uses_is_read_and_where_it_is_tracked_incrementally(string format, bool track)
    {
        await using var vm = await BareVm.DefineAsync(host, Disk with { Format = format });
        var image = vm.Disks[0];
        await Tool.VirshAsync("undefine", vm.Name);
        await BareVm.WriteImageAsync(image.Path, format, 0, 2048, 0x11);
        var node = await Node.CreateAsync(host);
        string[] backup = ["backup", "--image", image.Path, .. track ? ["--track"] : Array.Empty<string>()];
        var first = (await node.RunAsync(backup)).Succeeded().Backup;
        var uuid = first.Json.GetProperty("uuid").GetString()!;
        await CompareAsync(first);
        await BareVm.WriteImageAsync(image.Path, format, 8192, 256, 0x22);

        var second = (await node.RunAsync(backup)).Succeeded().Backup;

        await CompareAsync(second);
        Assert.Equal(track && format == "qcow2" ? "incremental" : "full", second.Mode("disk"));
        if (format == "raw")
            Assert.Equal("HoldfastRawDiskReadWhole", second.Reason("disk"));

        Task CompareAsync(BackupRun run) => vm.CompareImagesAsync(node, uuid, run.Point, [image with { Target = "disk" }]);
    }

    [Fact]
    public async Task A_vm_that_was_given_another_disk_before_its_image_is_locked_ends_the_run()
    {
        await using var vm = await BareVm.DefineAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await using var process = await node.StartPausedAsync("OpenImage:before", "backup", vm.Name, "--consistency", "crash");
        await Tool.VirshAsync("snapshot-create-as", vm.Name, "s1", "--disk-only", "--no-metadata");
        process.Resume();

        Assert.Equal("HoldfastVmStartedDuringOfflineRead", (await process.EndAsync()).FaultCode);
        Assert.Empty(await node.PointsAsync(vm.Name));
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("raw")]
    public async Task An_image_that_a_running_vm_uses_is_refused_by_name(string format)
    {
        await using var vm = await BareVm.StartAsync(host, Disk with { Format = format });
        var node = await Node.CreateAsync(host);

        Assert.Equal("HoldfastImageInUse", (await node.RunAsync("backup", "--image", vm.Disks[0].Path, "--track")).FaultCode);
    }
}
