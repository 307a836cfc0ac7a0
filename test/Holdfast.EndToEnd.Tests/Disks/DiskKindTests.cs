using System.Xml.Linq;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Disks;

/// <summary>What a disk is decides whether it is in the point and how it is read, and the run says so.</summary>
public sealed class DiskKindTests(Host host)
{
    private static readonly DiskSpec Disk = new("vda") { SizeMiB = 64 };

    [Fact]
    public async Task What_cannot_be_tracked_is_read_whole_with_its_reason_and_what_is_left_out_is_named()
    {
        await using var vm = await BareVm.StartAsync(
            host, Disk, new("vdb") { SizeMiB = 32, Format = "raw" }, new("vdc") { SizeMiB = 32, CreateOptions = "compat=0.10" },
            new("vdd") { SizeMiB = 32, ExtraXml = "<readonly/>" }, new("vde") { SizeMiB = 32 },
            new("sda") { SizeMiB = 32, Format = "raw", Device = "cdrom" });
        var node = await Node.CreateAsync(host);
        string[] taken = ["vda", "vdb", "vdc"];
        foreach (var target in taken)
            await vm.WriteAsync(target, 0, 1024, 0x11);
        await vm.BackUpAsync(node, "--exclude-disk", "vde");
        foreach (var target in taken)
            await vm.WriteAsync(target, 2048, 64, 0x22);

        var run = await vm.BackUpAndCompareAsync(node, "--exclude-disk", "vde");

        Assert.Equal(taken, run.Targets.Order());
        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Equal("HoldfastRawDiskReadWhole", run.Reason("vdb"));
        Assert.Equal("HoldfastDiskNotTrackable", run.Reason("vdc"));
        Assert.Equal(
            ["sda", "vdd", "vde"], run.Json.GetProperty("skipped").EnumerateArray().Select(s => s.GetProperty("target").GetString()).Order());
    }

    [Fact]
    public async Task An_excluded_disk_that_the_vm_does_not_have_is_an_error()
    {
        await using var vm = await BareVm.DefineAsync(host, Disk);
        var node = await Node.CreateAsync(host);

        Assert.Equal("HoldfastDiskNotInVm", (await node.RunAsync("backup", vm.Name, "--exclude-disk", "vdz")).FaultCode);
        Assert.Empty(await node.PointsAsync(vm.Name));
    }

    [Theory]
    [InlineData("cluster_size=512", true)]
    [InlineData("cluster_size=2M", true)]
    [InlineData("extended_l2=on,cluster_size=128k", true)]
    [InlineData("lazy_refcounts=on,refcount_bits=64", true)]
    [InlineData("data_file=DATA,data_file_raw=off", false)]
    [InlineData("data_file=DATA,data_file_raw=on", false)]
    public async Task Other_kinds_of_qcow2_are_right_and_read_incrementally_where_they_can_be_tracked(string options, bool isTracked)
    {
        var data = Path.Combine(host.NewFolder("data"), "disk.data");
        await using var vm = await BareVm.DefineAsync(
            host, Disk with { CreateOptions = options.Replace("DATA", data, StringComparison.Ordinal) });
        // libvirt knows nothing of a data file, and gives QEMU no access to it.
        if (File.Exists(data))
            await Tool.RunAsync("chown", "libvirt-qemu", data);
        await vm.StartAsync();
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 100, 1500, 0x11);
        await vm.BackUpAndCompareAsync(node);
        await vm.WriteAsync("vda", 5000, 70, 0x22);
        await vm.DiscardAsync("vda", 200, 700);

        var run = await vm.BackUpAndCompareAsync(node);

        Assert.Equal(isTracked ? "incremental" : "full", run.Mode("vda"));
        Assert.Equal(isTracked ? null : "HoldfastDiskNotTrackable", run.Reason("vda"));
    }

    [Fact]
    public async Task An_encrypted_image_that_libvirt_does_not_know_as_one_is_refused_by_name_and_nothing_is_written()
    {
        await using var secret = await VmSecret.DefineAsync(host);
        await using var vm = await BareVm.DefineAsync(host, Disk with { SizeMiB = 16, Luks = secret });
        await vm.RedefineAsync(xml => xml.Descendants("encryption").Remove());

        await RefusedAsync(vm, "HoldfastEncryptedDiskUnsupported");
    }

    [Fact]
    public async Task A_plain_overlay_over_an_encrypted_image_is_refused_by_name_and_nothing_is_written()
    {
        await using var secret = await VmSecret.DefineAsync(host);
        await using var vm = await BareVm.DefineAsync(host, Disk with { SizeMiB = 16, Luks = secret });
        var overlay = Path.Combine(vm.Guest.Folder, "overlay.qcow2");
        await BareVm.CreateOverlayAsync(overlay, vm.Disks[0].Path, "16M");
        await vm.RedefineAsync(xml =>
        {
            xml.Descendants("encryption").Remove();
            xml.Descendants("disk").Single().Element("source")!.SetAttributeValue("file", overlay);
        });

        await RefusedAsync(vm, "HoldfastEncryptedDiskUnsupported");
    }

    private async Task RefusedAsync(BareVm vm, string code)
    {
        var node = await Node.CreateAsync(host);
        var before = Files();

        Assert.Equal(code, (await vm.TryBackUpAsync(node)).FaultCode);

        Assert.Equal(before, Files());
        Assert.Empty(await vm.Guest.CheckpointsAsync());

        string[] Files() => [.. Directory.EnumerateFiles(node.Vault, "*", SearchOption.AllDirectories).Order()];
    }
}
