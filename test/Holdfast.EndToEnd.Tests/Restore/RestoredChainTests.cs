using System.Xml.Linq;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Restore;

/// <summary>The first backup after a restore reads everything, says why, and stores nearly nothing; then changes are tracked again.</summary>
public sealed class RestoredChainTests(Host host)
{
    private static readonly DiskSpec Disk = new("vda") { SizeMiB = 64 };

    [Fact]
    public async Task After_an_in_place_restore_everything_is_read_once_and_hardly_anything_stored()
    {
        await using var vm = await BareVm.DefineAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await FillAsync(vm);
        await vm.StartAsync();
        var first = await vm.BackUpAndCompareAsync(node);
        await vm.WriteAsync("vda", 0, 2048, 0x22);
        await vm.BackUpAndCompareAsync(node);
        await vm.StopAsync();

        (await node.RunAsync("restore", vm.Name, "--in-place", "--point", first.Point, "--start")).Succeeded();

        var after = await vm.BackUpAndCompareAsync(node);
        Assert.Equal("full", after.Mode("vda"));
        Assert.Equal("HoldfastFullAfterInPlaceRestore", after.Reason("vda"));
        Assert.True(after.StoredBytes < first.StoredBytes / 20, $"{after.StoredBytes} after {first.StoredBytes}");
        await vm.WriteAsync("vda", 4096, 64, 0x33);
        var next = await vm.BackUpAndCompareAsync(node);
        Assert.Equal("incremental", next.Mode("vda"));
        Assert.True(next.ReadBytes <= 256 << 10, $"{next.ReadBytes} read");
        Assert.Single(await vm.OurBitmapsAsync("vda"));
    }

    [Fact]
    public async Task A_vm_restored_as_a_new_one_has_a_chain_of_its_own_that_stores_hardly_anything()
    {
        await using var vm = await BareVm.DefineAsync(host, Disk);
        var node = await Node.CreateAsync(host);
        await FillAsync(vm);
        await vm.StartAsync();
        var first = await vm.BackUpAndCompareAsync(node);
        var name = host.NewName("copy");

        (await node.RunAsync("restore", vm.Name, "--as", name, "--disks-dir", host.NewFolder("copy"), "--start")).Succeeded();

        var copy = (await node.RunAsync("backup", name, "--consistency", "crash")).Succeeded().Backup;
        Assert.Equal("full", copy.Mode("vda"));
        Assert.True(copy.StoredBytes < first.StoredBytes / 20, $"{copy.StoredBytes} after {first.StoredBytes}");
        Assert.Equal([copy.Point], await node.PointsAsync(name));
        await Tool.VirshAsync(
            "qemu-monitor-command", name, "--hmp", "qemu-io -d /machine/peripheral/virtio-disk0/virtio-backend \"write -P 0x44 4096k 64k\"");
        var next = (await node.RunAsync("backup", name, "--consistency", "crash")).Succeeded().Backup;
        Assert.Equal("incremental", next.Mode("vda"));
        await Tool.VirshAsync("destroy", name, "--graceful");
        var image = XElement.Parse(await Tool.VirshAsync("dumpxml", name, "--inactive")).Descendants("disk").Single().Element("source")!.Attribute("file")!.Value;
        await vm.CompareImagesAsync(node, name, next.Point, [new GuestDisk("vda", image, "qcow2")]);
        // The original's own chain isn't touched by it.
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vda"));
        await Guest.RemoveAsync(name);
    }

    // What doesn't compress, so that storing it twice would be seen. Written while the VM is off.
    private async Task FillAsync(BareVm vm)
    {
        var random = Path.Combine(host.NewFolder("random"), "data");
        await Tool.RunAsync("dd", "if=/dev/urandom", "of=" + random, "bs=1M", "count=24");
        await Tool.RunAsync("qemu-io", "-f", "qcow2", "-c", $"write -s {random} 8M 24M", vm.Disks[0].Path);
    }
}
