using System.Diagnostics;
using Holdfast.Protection.Sources;
using Holdfast.Protection.Tests.Restore;

namespace Holdfast.Protection.Tests.Sources;

/// <summary>Sizes of images, read while a VM may be writing to them.</summary>
public sealed class ImageSizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_raw_image_is_as_long_as_its_file()
    {
        File.WriteAllBytes(_folder["raw"], new byte[12345]);
        Assert.Equal(12345, ImageSize.TryRead(_folder["raw"], "raw"));
    }

    [Fact]
    public async Task A_qcow2_image_says_what_its_vm_sees()
    {
        await RunAsync("qemu-img", "create", "-q", "-f", "qcow2", _folder["qcow2"], "5G");
        Assert.Equal(5L << 30, ImageSize.TryRead(_folder["qcow2"], "qcow2"));
    }

    [Fact]
    public void What_is_not_the_format_that_it_should_be_has_no_size()
    {
        File.WriteAllBytes(_folder["raw"], new byte[12345]);
        File.WriteAllBytes(_folder["short"], [0x51, 0x46, 0x49, 0xfb]);
        Assert.Null(ImageSize.TryRead(_folder["raw"], "qcow2"));
        Assert.Null(ImageSize.TryRead(_folder["short"], "qcow2"));
        Assert.Null(ImageSize.TryRead(_folder["raw"], "vmdk"));
        Assert.Null(ImageSize.TryRead(_folder["none"], "raw"));
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public async Task A_pipe_is_not_waited_for(string format)
    {
        await RunAsync("mkfifo", _folder["pipe"]);
        Assert.Null(ImageSize.TryRead(_folder["pipe"], format));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
