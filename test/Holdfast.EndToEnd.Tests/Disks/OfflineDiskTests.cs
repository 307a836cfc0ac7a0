using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Disks;

/// <summary>Images that no VM uses.</summary>
public sealed class OfflineDiskTests(Host host)
{
    private static readonly DiskSpec Disk = new("vda") { SizeMiB = 64 };

    [Theory]
    [InlineData("qcow2", false)]
    [InlineData("raw", true)]
    public async Task An_image_that_no_vm_uses_equals_an_independent_read_each_time(string format, bool track)
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
        Assert.Equal("full", second.Mode("disk"));
        if (format == "raw")
            Assert.Equal("HoldfastRawDiskReadWhole", second.Reason("disk"));

        Task CompareAsync(BackupRun run) => vm.CompareImagesAsync(node, uuid, run.Point, [image with { Target = "disk" }]);
    }
}
