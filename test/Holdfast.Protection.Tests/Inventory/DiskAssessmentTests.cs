using Holdfast.Libvirt;
using Holdfast.Protection.Inventory;
using Holdfast.Protection.Tests.Restore;

namespace Holdfast.Protection.Tests.Inventory;

public sealed class DiskAssessmentTests
{
    private static readonly ImageHeader Version3 = new(3, 1 << 30, HasDataFile: false, IsEncrypted: false);

    [Theory]
    [InlineData("uefi", "sdc", "HoldfastDiskSkipped")]
    [InlineData("uefi", "fda", "HoldfastDiskSkipped")]
    [InlineData("uefi", "sdb", "HoldfastDiskTypeUnsupported")]
    [InlineData("everything", "vda", null)]
    [InlineData("everything", "vde", "HoldfastDiskSkipped")]
    [InlineData("everything", "vdf", "HoldfastDiskTypeUnsupported")]
    [InlineData("plain", "vdb", "HoldfastRawDiskReadWhole")]
    public void A_disk_says_why_it_is_not_tracked(string sample, string target, string? code) =>
        Assert.Equal(code, Assess(sample, target, Version3).Obstacle?.Code.ToString());

    [Fact]
    public void Version_2_and_external_data_files_cannot_be_tracked()
    {
        Assert.False(Assess("plain", "vda", Version3 with { Version = 2 }).Trackable);
        Assert.False(Assess("plain", "vda", Version3 with { HasDataFile = true }).Trackable);
        Assert.True(Assess("plain", "vda", Version3).Trackable);
        Assert.True(Assess("plain", "vda", null).Trackable);
    }

    [Theory]
    [InlineData("compat=1.1", 3, false)]
    [InlineData("compat=0.10", 2, false)]
    [InlineData("compat=1.1,data_file=DATA", 3, true)]
    public async Task Headers_are_read_as_QEMU_writes_them(string options, int version, bool hasDataFile)
    {
        using var folder = new TemporaryFolder();
        var path = folder["x.qcow2"];
        using var process = System.Diagnostics.Process.Start(
            "qemu-img", ["create", "-q", "-f", "qcow2", "-o", options.Replace("DATA", folder["data"], StringComparison.Ordinal), path, "12345856"]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(new ImageHeader(version, 12345856, hasDataFile, false), ImageHeader.TryReadFile(path));
    }

    [Fact]
    public void What_is_not_a_header_is_none()
    {
        Assert.Null(ImageHeader.Read([]));
        Assert.Null(ImageHeader.Read(new byte[104]));
        Assert.Null(ImageHeader.TryReadFile("/nonexistent"));
    }

    private static VmDisk Assess(string sample, string target, ImageHeader? header)
    {
        var disk = DomainXml.Parse(SampleDomains.Of(sample)).FindDisk(target)!;
        return DiskAssessment.Assess("vm", disk, disk.Source.Path, header, null);
    }
}
