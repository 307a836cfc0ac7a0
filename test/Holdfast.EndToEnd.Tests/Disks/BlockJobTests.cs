using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Disks;

/// <summary>Snapshots and block jobs between backups move a disk's data and bitmaps between images; during one no backup begins.</summary>
public sealed class BlockJobTests(Host host)
{
    private static readonly DiskSpec Disk = new("vda") { SizeMiB = 64 };

    [Theory]
    [InlineData("blockcopy")]
    [InlineData("blockcommit")]
    [InlineData("blockpull")]
    [Condition("B05", Proof.Provocation)]
    public async Task B05_A_backup_is_refused_by_name_while_a_block_job_runs_and_right_after_it_ended(string job)
    {
        await using var vm = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 16 * 1024, 0x11);
        await Tool.VirshAsync("snapshot-create-as", vm.Name, "s1", "--disk-only", "--no-metadata");
        await vm.WriteAsync("vda", 0, 8 * 1024, 0x12);
        await vm.BackUpAsync(node);
        var checkpoints = await vm.Guest.CheckpointsAsync();
        string[] what = job switch
        {
            "blockcopy" => [Path.Combine(vm.Guest.Folder, "copy.qcow2"), "--format", "qcow2", "--transient-job"],
            "blockcommit" => ["--active"],
            _ => [],
        };
        await Tool.VirshAsync([job, vm.Name, "vda", .. what, "--bytes", "--bandwidth", "65536"]);

        Assert.Equal("HoldfastBlockJobActive", (await vm.TryBackUpAsync(node)).FaultCode);

        Assert.Equal(checkpoints, await vm.Guest.CheckpointsAsync());
        Assert.Single(await node.PointsAsync(vm.Name));
        await Tool.VirshAsync("blockjob", vm.Name, "vda", "--abort");
        await vm.WriteAsync("vda", 20 * 1024, 256, 0x22);
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vda"));
    }

    [Fact]
    public async Task After_a_blockcopy_the_new_image_is_read_whole_with_the_reason_and_then_incrementally()
    {
        await using var vm = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        await vm.BackUpAsync(node);
        await Tool.VirshAsync(
            "blockcopy", vm.Name, "vda", Path.Combine(vm.Guest.Folder, "copy.qcow2"), "--format", "qcow2", "--transient-job", "--wait", "--pivot");
        await vm.WriteAsync("vda", 8 * 1024, 256, 0x22);

        var run = await vm.BackUpAndCompareAsync(node);

        Assert.Equal("full", run.Mode("vda"));
        Assert.NotNull(run.Reason("vda"));
        await vm.WriteAsync("vda", 9 * 1024, 256, 0x33);
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vda"));
        Assert.Single(await vm.OurBitmapsAsync("vda"));
    }

    [Fact]
    public async Task After_an_external_snapshot_and_after_its_blockcommit_the_points_are_right()
    {
        await using var vm = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        await vm.BackUpAsync(node);
        await vm.WriteAsync("vda", 2 * 1024, 256, 0x22);
        await Tool.VirshAsync("snapshot-create-as", vm.Name, "s1", "--disk-only", "--no-metadata");
        await vm.WriteAsync("vda", 512, 256, 0x33);
        await vm.BackUpAndCompareAsync(node);
        await vm.WriteAsync("vda", 3 * 1024, 256, 0x44);
        await Tool.VirshAsync("blockcommit", vm.Name, "vda", "--active", "--wait", "--pivot");
        await vm.WriteAsync("vda", 4 * 1024, 256, 0x55);

        await vm.BackUpAndCompareAsync(node);

        await vm.WriteAsync("vda", 5 * 1024, 256, 0x66);
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vda"));
        Assert.Single(await vm.Guest.CheckpointsAsync());
    }

    [Fact]
    public async Task An_internal_snapshot_between_runs_needs_no_word_and_changes_nothing()
    {
        await using var vm = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        await vm.BackUpAsync(node);
        await vm.WriteAsync("vda", 512, 256, 0x22);
        await Tool.VirshAsync("snapshot-create-as", vm.Name, "inside");
        await vm.WriteAsync("vda", 640, 512, 0x33);

        var run = await vm.BackUpAndCompareAsync(node);

        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Empty(run.Warnings);
        await Tool.VirshAsync("snapshot-delete", vm.Name, "inside");
        await vm.WriteAsync("vda", 2048, 64, 0x44);
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vda"));
    }

    [Fact]
    public async Task A_linked_clone_is_right_before_and_after_a_blockpull()
    {
        await using var vm = await BareVm.DefineAsync(host, Disk);
        await BareVm.WriteImageAsync(vm.Disks[0].Path, "qcow2", 0, 1024, 0x11);
        var overlay = Path.Combine(vm.Guest.Folder, "overlay.qcow2");
        await BareVm.CreateOverlayAsync(overlay, vm.Disks[0].Path);
        await vm.RedefineAsync(xml => xml.Descendants("disk").First().Element("source")!.SetAttributeValue("file", overlay));
        await vm.StartAsync();
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 512, 256, 0x22);
        await vm.BackUpAndCompareAsync(node);
        await vm.WriteAsync("vda", 2 * 1024, 256, 0x33);
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vda"));
        await Tool.VirshAsync("blockpull", vm.Name, "vda", "--wait");
        await vm.WriteAsync("vda", 3 * 1024, 256, 0x44);

        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vda"));
    }
}
