using System.Diagnostics;
using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Restore;

namespace Holdfast.Protection.Tests.Restore;

/// <summary>A restore in place where other VMs of the host use what it would replace, or put back.</summary>
public sealed class SharedFilesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_image_that_another_VM_which_is_off_stands_on_is_not_replaced(bool isDeep)
    {
        await using var world = await RestoreWorld.CreateAsync();
        // The image below isn't even a qcow2 image any more: that may be why it is restored.
        var clone = await CloneAsync(world, "clone", world.ImageA);
        Define(world, "clone", isDeep ? await CloneAsync(world, "clone of it", clone) : clone, "qcow2");

        Assert.Equal("HoldfastImageInUse", await RefusedAsync(world, new RestoreInPlace()));
        Assert.True(world.PresentImagesAreUntouched());
        Assert.True(world.IsClean());
    }

    [Fact]
    public async Task A_clone_that_is_made_while_the_images_are_written_keeps_what_it_stands_on()
    {
        await using var world = await RestoreWorld.CreateAsync();
        var clone = await CloneAsync(world, "clone", world.ImageA);
        var isDefined = false;
        var progress = new Reports(p =>
        {
            if (p.Disk == "vdb" && !isDefined)
                Define(world, "clone", clone, "qcow2");
            isDefined |= p.Disk == "vdb";
        });

        Assert.Equal("HoldfastImageInUse", await RefusedAsync(world, new RestoreInPlace(), progress));
        Assert.True(world.PresentImagesAreUntouched());
        Assert.True(world.IsClean());
    }

    [Fact]
    public async Task Images_of_other_VMs_that_cannot_be_read_are_no_obstacle()
    {
        await using var world = await RestoreWorld.CreateAsync();
        await File.WriteAllTextAsync(world.Folder["images/garbage"], "garbage", Ct);
        Define(world, "garbage", world.Folder["images/garbage"], "qcow2");
        Define(world, "missing", world.Folder["images/missing"], "qcow2");
        Define(world, "orphan", await CloneAsync(world, "orphan", world.Folder["images/lost"]), "qcow2");

        await world.Service.RestoreAsync(world.Point, new RestoreInPlace(), null, Ct);

        Assert.Equal(world.DiskB, await File.ReadAllBytesAsync(world.ImageB, Ct));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("<readonly/>", false)]
    public async Task A_saved_definition_that_names_what_another_VM_writes_to_by_now_is_not_put_back(string how, bool isRefused)
    {
        await using var world = await RestoreWorld.CreateAsync(excluded: "vdb");
        Define(world, "new owner", world.ImageB, "raw", how);

        if (isRefused)
            Assert.Equal("HoldfastImageInUse", await RefusedAsync(world, new RestoreInPlace { WithConfiguration = true }));
        else
            await world.Service.RestoreAsync(world.Point, new RestoreInPlace { WithConfiguration = true }, null, Ct);

        // As it is the VM may well be restored: nothing of it changes.
        await world.Service.RestoreAsync(world.Point, new RestoreInPlace(), null, Ct);
        Assert.Equal("present b", await File.ReadAllTextAsync(world.ImageB, Ct));
    }

    private static void Define(RestoreWorld world, string name, string image, string format, string how = "")
    {
        using var domain = world.Host.DefineDomain(
            $"""
            <domain type='test'><name>{name} {Guid.NewGuid():N}</name><memory>8192</memory><os><type>hvm</type></os>
            <devices><disk type='file' device='disk'><driver name='qemu' type='{format}'/><source file='{image}'/><target dev='vda'/>{how}</disk></devices></domain>
            """,
            validate: false);
    }

    private static async Task<string> CloneAsync(RestoreWorld world, string name, string image)
    {
        var path = world.Folder["images/" + name];
        using var process = Process.Start("qemu-img", ["create", "-q", "-u", "-f", "qcow2", "-b", image, "-F", "qcow2", path, "5M"]);
        await process.WaitForExitAsync(Ct);
        Assert.Equal(0, process.ExitCode);
        return path;
    }

    private static async Task<string> RefusedAsync(RestoreWorld world, RestoreInPlace options, IProgress<RunProgress>? progress = null) =>
        (await Assert.ThrowsAsync<FaultException>(() => world.Service.RestoreAsync(world.Point, options, progress, Ct))).Fault.Code.ToString();

    // Called on the reporting thread itself, so that what it does happens then.
    private sealed class Reports(Action<RunProgress> action) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => action(value);
    }
}
