using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Disks;

/// <summary>Disks of other kinds, and domains that are defined again or transient.</summary>
public sealed class UnusualVmTests(Host host)
{
    private static readonly DiskSpec Disk = new("vda") { SizeMiB = 64 };

    [Fact]
    public async Task What_cannot_be_tracked_is_read_whole_with_its_reason_and_what_is_left_out_is_named()
    {
        await using var vm = await BareVm.StartAsync(
            host, Disk, new("vdb") { SizeMiB = 32, Format = "raw" }, new("vdc") { SizeMiB = 32, CreateOptions = "compat=0.10" },
            new("vdd") { SizeMiB = 32, ExtraXml = "<readonly/>" }, new("sda") { SizeMiB = 32, Format = "raw", Device = "cdrom" });
        var node = await Node.CreateAsync(host);
        foreach (var target in new[] { "vda", "vdb", "vdc" })
            await vm.WriteAsync(target, 0, 1024, 0x11);
        await vm.BackUpAndCompareAsync(node);
        foreach (var target in new[] { "vda", "vdb", "vdc" })
            await vm.WriteAsync(target, 2048, 64, 0x22);

        var run = await vm.BackUpAndCompareAsync(node);

        Assert.Equal(["vda", "vdb", "vdc"], run.Targets.Order());
        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Equal("HoldfastRawDiskReadWhole", run.Reason("vdb"));
        Assert.Equal("HoldfastDiskNotTrackable", run.Reason("vdc"));
        Assert.Equal(
            ["sda", "vdd"], run.Json.GetProperty("skipped").EnumerateArray().Select(s => s.GetProperty("target").GetString()).Order());
    }

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
            points.Add(run.Point);
        }

        Assert.Equal(points, await node.PointsAsync(vm.Name));
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
