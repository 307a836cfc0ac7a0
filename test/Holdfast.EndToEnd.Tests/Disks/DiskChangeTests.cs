using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Disks;

/// <summary>Disks that come, go and change size between runs.</summary>
public sealed class DiskChangeTests(Host host)
{
    [Fact]
    public async Task Disks_that_are_grown_added_and_removed_between_runs_are_right()
    {
        await using var vm = await BareVm.StartAsync(host, new("vda") { SizeMiB = 64 }, new("vdb") { SizeMiB = 32 });
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        var first = await vm.BackUpAsync(node);
        await Tool.VirshAsync("blockresize", vm.Name, "vda", "80M");
        await vm.WriteAsync("vda", 70 * 1024, 256, 0x22);

        var grown = await vm.BackUpAndCompareAsync(node);
        Assert.Equal("HoldfastDiskSizeChanged", grown.Reason("vda"));
        Assert.Equal("incremental", grown.Mode("vdb"));

        var added = await Guest.CreateDiskAsync(new("vdc") { SizeMiB = 32 }, Path.Combine(vm.Guest.Folder, "added.qcow2"));
        await Tool.VirshAsync("detach-disk", vm.Name, "vdb", "--config");
        await Tool.VirshAsync("attach-disk", vm.Name, added.Path, "vdc", "--driver", "qemu", "--subdriver", "qcow2", "--config");
        await vm.StopAsync();
        await vm.StartAsync();
        await vm.WriteAsync("vdc", 0, 256, 0x33);

        var run = await vm.BackUpAndCompareAsync(node);
        Assert.Equal(["vda", "vdc"], run.Targets.Order());
        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Equal("HoldfastDiskAdded", run.Reason("vdc"));
        Assert.Contains("HoldfastDiskRemoved", run.Warnings);
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vdc"));
        Assert.Equal(["vda", "vdb"], (await node.RestoreDisksAsync(vm.Name, first.Point)).Keys.Order());
    }

    [Fact]
    public async Task A_disk_grown_above_an_external_snapshot_is_read_whole_and_then_tracked_again()
    {
        await using var vm = await BareVm.StartAsync(host, new("vda") { SizeMiB = 32 }, new("vdb") { SizeMiB = 32 });
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        await vm.BackUpAsync(node);
        await Tool.VirshAsync("snapshot-create-as", vm.Name, "layer", "--disk-only", "--no-metadata");
        await Tool.VirshAsync("blockresize", vm.Name, "vda", "40M");
        await vm.WriteAsync("vda", 36 * 1024, 256, 0x22);

        var grown = await vm.BackUpAndCompareAsync(node);
        Assert.Equal("HoldfastDiskSizeChanged", grown.Reason("vda"));
        await vm.WriteAsync("vda", 2 * 1024, 256, 0x33);
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vda"));
        Assert.Single(await vm.Guest.CheckpointsAsync());
    }

    [Fact]
    public async Task A_raw_image_that_was_made_longer_is_backed_up_as_long_as_the_vm_sees_it()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 16, Format = "raw" });
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        await Tool.RunAsync("truncate", "--size=32M", vm.Disks[0].Path);
        await vm.BackUpAndCompareAsync(node);

        await Tool.VirshAsync("blockresize", vm.Name, "vda", "32M");
        await vm.WriteAsync("vda", 30 * 1024, 256, 0x22);
        await vm.BackUpAndCompareAsync(node);
    }

    [Fact]
    public async Task A_disk_that_is_plugged_in_after_the_vm_was_looked_at_ends_the_run()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 16 });
        var node = await Node.CreateAsync(host);
        var added = await Guest.CreateDiskAsync(new("vdb") { SizeMiB = 16 }, Path.Combine(vm.Guest.Folder, "added.qcow2"));
        await using var process = await node.StartPausedAsync("CreateScratch:before", "backup", vm.Name, "--consistency", "crash");
        await Tool.VirshAsync("attach-disk", vm.Name, added.Path, "vdb", "--driver", "qemu", "--subdriver", "qcow2", "--live");
        process.Resume();

        Assert.Equal("ExtensionOperationFailedForManagedDisks", (await process.EndAsync()).FaultCode);
        Assert.Empty(await node.PointsAsync(vm.Name));
        Assert.False(await vm.Guest.HasBackupJobAsync());
        Assert.Equal(["vda", "vdb"], (await vm.BackUpAsync(node)).Targets.Order());
    }

    [Fact]
    public async Task A_disk_plugged_into_the_running_vm_is_read_whole_and_the_other_stays_incremental()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 32 });
        var node = await Node.CreateAsync(host);
        await vm.BackUpAsync(node);
        var added = await Guest.CreateDiskAsync(new("vdb") { SizeMiB = 32 }, Path.Combine(vm.Guest.Folder, "added.qcow2"));
        await BareVm.WriteImageAsync(added.Path, "qcow2", 0, 512, 0x22);
        await Tool.VirshAsync("attach-disk", vm.Name, added.Path, "vdb", "--driver", "qemu", "--subdriver", "qcow2", "--live", "--config");

        var run = await vm.BackUpAndCompareAsync(node);

        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Equal("HoldfastDiskAdded", run.Reason("vdb"));
    }

    [Theory]
    [InlineData("96M")]
    [InlineData("33000K")]
    public async Task A_disk_resized_while_the_vm_was_off_is_read_whole_with_the_reason_and_is_right(string size)
    {
        await using var vm = await BareVm.StartAsync(host, new("vda") { SizeMiB = 32 }, new("vdb") { SizeMiB = 64 });
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vdb", 30 * 1024, 4096, 0x11);
        await vm.BackUpAsync(node);
        await vm.StopAsync();
        // qemu-img doesn't shrink an image that has bitmaps; a user takes them away.
        var image = vm.Disks[1].Path;
        foreach (var bitmap in await ImageBitmaps.OfAsync(image))
            await Tool.RunAsync("qemu-img", "bitmap", "--remove", image, bitmap);
        await Tool.RunAsync("qemu-img", "resize", "-q", "--shrink", image, size);
        await vm.StartAsync();
        await vm.WriteAsync("vdb", 31 * 1024, 256, 0x22);

        var run = await vm.BackUpAndCompareAsync(node);

        Assert.Equal("full", run.Mode("vdb"));
        Assert.NotNull(run.Reason("vdb"));
        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vdb"));
    }

    [Fact]
    public async Task An_image_replaced_by_another_of_the_same_name_is_read_whole_with_the_reason()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 32 });
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        await vm.BackUpAsync(node);
        await vm.StopAsync();
        // With its bitmaps, as a copy brought back by another tool has them.
        var image = vm.Disks[0].Path;
        await Tool.RunAsync("cp", image, image + ".copy");
        await BareVm.WriteImageAsync(image, "qcow2", 8192, 64, 0x22);
        File.Move(image + ".copy", image, overwrite: true);
        await vm.StartAsync();

        var run = await vm.BackUpAndCompareAsync(node);

        Assert.Equal("HoldfastDiskReplaced", run.Reason("vda"));
    }
}
