using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Disks;

/// <summary>Domains that are renamed, defined again or transient.</summary>
public sealed class UnusualVmTests(Host host)
{
    private static readonly DiskSpec Disk = new("vda") { SizeMiB = 64 };

    [Fact]
    public async Task A_vm_undefined_and_defined_again_keeps_its_points_and_gathers_no_bitmaps()
    {
        await using var vm = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        var points = new List<string> { (await vm.BackUpAsync(node)).Point };
        for (var round = 1; round <= 2; round++)
        {
            await vm.StopAsync();
            var definition = await vm.RedefineAsync(_ => { });
            await Tool.VirshAsync("undefine", vm.Name, "--checkpoints-metadata");
            await Tool.VirshAsync("define", definition);
            await vm.StartAsync();
            await vm.WriteAsync("vda", 1024 * round, 64, (byte)round);
            var run = await vm.BackUpAndCompareAsync(node);
            Assert.Equal("HoldfastChangeTrackingLost", run.Reason("vda"));
            Assert.Contains("HoldfastOrphanBitmapsCleaned", run.Warnings);
            points.Add(run.Point);
        }

        Assert.Equal(points, await node.PointsAsync(vm.Name));
        Assert.Single(await vm.OurBitmapsAsync("vda"));
    }

    [Fact]
    public async Task A_renamed_vm_keeps_its_points_and_gathers_no_bitmaps()
    {
        await using var vm = await BareVm.StartAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        var first = await vm.BackUpAsync(node);
        await vm.StopAsync();
        await vm.Guest.RenameAsync(vm.Name + "-renamed");
        await vm.StartAsync();
        await vm.WriteAsync("vda", 2048, 64, 0x22);
        var second = await vm.BackUpAndCompareAsync(node);
        Assert.Equal("incremental", second.Mode("vda"));
        await vm.StopAsync();
        // libvirt may have lost its own record of the checkpoint with the rename; what is in the image stays.
        await Tool.VirshAsync("checkpoint-delete", vm.Name, Assert.Single(await vm.Guest.CheckpointsAsync()), "--metadata");
        await vm.StartAsync();
        await vm.WriteAsync("vda", 4096, 64, 0x33);

        var third = await vm.BackUpAndCompareAsync(node);

        Assert.Equal("HoldfastChangeTrackingLost", third.Reason("vda"));
        Assert.Contains("HoldfastOrphanBitmapsCleaned", third.Warnings);
        Assert.Equal([first.Point, second.Point, third.Point], await node.PointsAsync(vm.Name));
        Assert.Single(await vm.OurBitmapsAsync("vda"));
    }

    [Fact]
    public async Task A_transient_vm_is_backed_up_right()
    {
        await using var vm = await BareVm.DefineAsync(host, Disk);
        var definition = await vm.RedefineAsync(_ => { });
        await Tool.VirshAsync("undefine", vm.Name);
        await Tool.VirshAsync("create", definition);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        await vm.BackUpAndCompareAsync(node);
        await vm.WriteAsync("vda", 2048, 64, 0x22);

        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vda"));
    }
}
