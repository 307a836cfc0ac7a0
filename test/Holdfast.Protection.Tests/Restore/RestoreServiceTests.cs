using System.Diagnostics;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Node;
using Holdfast.Protection.Restore;

namespace Holdfast.Protection.Tests.Restore;

public sealed class RestoreServiceTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ImageFormat.Raw)]
    [InlineData(ImageFormat.Qcow2)]
    public async Task Disks_come_back_as_files_byte_for_byte(ImageFormat format)
    {
        await using var world = await RestoreWorld.CreateAsync();
        var result = await world.Service.RestoreAsync(
            world.Point, new RestoreDisks(world.Folder["out/deep"], format) { WithConfiguration = true }, null, Ct);
        Assert.Equal(world.DiskA, await ContentAsync(world, result.Images["vda"], format));
        Assert.Equal(world.DiskB, await ContentAsync(world, result.Images["vdb"], format));
        Assert.Equal(world.Nvram, await File.ReadAllBytesAsync(result.Images["nvram"], Ct));
        Assert.Equal(world.Name, DomainXml.Parse(await File.ReadAllTextAsync(result.Images["xml"], Ct)).Name);
        Assert.InRange(result.WrittenBytes, 1, world.DiskA.Length + world.DiskB.Length - 1);
        Assert.True(world.IsClean());
        Assert.True(world.PresentImagesAreUntouched());
    }

    [Fact]
    public async Task One_disk_can_be_asked_for()
    {
        await using var world = await RestoreWorld.CreateAsync();
        var result = await world.Service.RestoreAsync(
            world.Point, new RestoreDisks(world.Folder["out"], ImageFormat.Raw) { Disks = ["vdb"] }, null, Ct);
        Assert.Equal(["vdb"], result.Images.Keys);
        var options = new RestoreDisks(world.Folder["out"], ImageFormat.Raw) { Disks = ["vdz"] };
        Assert.Equal("HoldfastPointHasNoDisk", await RefusedAsync(world, options));
    }

    [Fact]
    public async Task A_file_that_exists_stops_a_restore_before_it_begins()
    {
        await using var world = await RestoreWorld.CreateAsync();
        var taken = world.Folder[$"new/{world.Name}-vdb.raw"];
        await File.WriteAllTextAsync(taken, "precious", Ct);
        Assert.Equal("HoldfastDiskFileExists", await RefusedAsync(world, new RestoreDisks(world.Folder["new"], ImageFormat.Raw)));
        Assert.Equal([taken], Directory.GetFiles(world.Folder["new"]));
        Assert.Equal("precious", await File.ReadAllTextAsync(taken, Ct));
    }

    [Fact]
    public async Task Nothing_is_left_of_a_cancelled_restore()
    {
        await using var world = await RestoreWorld.CreateAsync();
        using var cancel = new CancellationTokenSource();
        var progress = new Reports(p =>
        {
            if (p.Disk == "vdb")
                cancel.Cancel();
        });
        RestoreOptions[] all =
        [
            new RestoreDisks(world.Folder["new"], ImageFormat.Qcow2), new RestoreAsNew("copy") { DisksDirectory = world.Folder["new"] }, new RestoreInPlace(),
        ];
        foreach (var options in all)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.Service.RestoreAsync(world.Point, options, progress, cancel.Token));
            Assert.Empty(Directory.GetFiles(world.Folder["new"]));
            Assert.True(world.IsClean());
            Assert.True(world.PresentImagesAreUntouched());
            Assert.Null(world.Host.FindDomain("copy"));
        }

        // A folder that the restore made goes, too.
        var made = Path.Combine(world.Folder["new"], "made");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => world.Service.RestoreAsync(world.Point, new RestoreDisks(made, ImageFormat.Qcow2), progress, cancel.Token));
        Assert.False(Directory.Exists(made));
    }

    [Fact]
    public async Task A_new_VM_has_its_own_disks_variables_and_identity()
    {
        await using var world = await RestoreWorld.CreateAsync();
        var name = world.Name + "-copy";
        var result = await world.Service.RestoreAsync(world.Point, new RestoreAsNew(name) { DisksDirectory = world.Folder["new"], Start = true }, null, Ct);
        using var domain = world.Host.LookupDomain(name);
        Assert.Equal(result.Uuid, domain.Uuid);
        Assert.True(domain.IsActive);
        var xml = domain.ReadXml(DomainXmlOptions.Inactive);
        Assert.Equal([result.Images["vda"], result.Images["vdb"]], xml.Disks.Select(d => d.Source.Path));
        Assert.Equal(world.DiskA, await ContentAsync(world, result.Images["vda"], ImageFormat.Qcow2));
        Assert.Equal(world.DiskB, await ContentAsync(world, result.Images["vdb"], ImageFormat.Raw));
        Assert.Equal(world.Nvram, await File.ReadAllBytesAsync(xml.Firmware.NvramPath!, Ct));
        using var original = world.Host.LookupDomain(world.Uuid);
        Assert.Empty(PathWalk.SharedPaths(xml, [original.ReadXml(DomainXmlOptions.Inactive)]));
        Assert.True(world.PresentImagesAreUntouched());
        Assert.True(world.IsClean());
        NewVmRestore.RemoveDomain(world.Host, result.Uuid!.Value);
        Assert.Null(world.Host.FindDomain(name));
    }

    [Fact]
    public async Task A_disk_that_the_saved_definition_lacks_is_restored_and_named_as_left_out()
    {
        await using var world = await RestoreWorld.CreateAsync(hotPlugged: "vdb");
        var result = await world.Service.RestoreAsync(world.Point, new RestoreAsNew("copy") { DisksDirectory = world.Folder["new"] }, null, Ct);
        var warning = Assert.Single(result.Warnings, w => w.Code.ToString() == "HoldfastDevicesLeftOut");
        Assert.Contains("vdb", warning.Parameters["devices"], StringComparison.Ordinal);
        Assert.Equal(world.DiskB, await ContentAsync(world, result.Images["vdb"], ImageFormat.Raw));
    }

    [Fact]
    public async Task A_new_VM_that_is_being_defined_when_its_restore_is_cancelled_is_there_with_all_its_disks()
    {
        await using var world = await RestoreWorld.CreateAsync();
        using var cancel = new CancellationTokenSource();
        var progress = new Reports(p =>
        {
            if (p.Stage is RunStage.Finish)
                cancel.Cancel();
        });
        var result = await world.Service.RestoreAsync(world.Point, new RestoreAsNew("copy") { DisksDirectory = world.Folder["new"] }, progress, cancel.Token);
        using var made = world.Host.FindDomain("copy");
        Assert.NotNull(made);
        Assert.All(result.Images.Values, image => Assert.True(File.Exists(image)));
        Assert.True(world.IsClean());
    }

    [Fact]
    public async Task A_new_VM_can_go_into_a_pool()
    {
        await using var world = await RestoreWorld.CreateAsync();
        Assert.Equal("HoldfastPoolNotFound", await RefusedAsync(world, new RestoreAsNew("copy") { Pool = "nowhere" }));
        using var pool = world.Host.FindStoragePool("default-pool");
        Assert.NotNull(pool);
    }

    [Fact]
    public async Task What_is_taken_or_missing_is_a_fault_before_anything_is_made()
    {
        await using var world = await RestoreWorld.CreateAsync();
        var folder = world.Folder["new"];
        Assert.Equal("UserErrorVmAlreadyExistWithSameName", await RefusedAsync(world, new RestoreAsNew(world.Name) { DisksDirectory = folder }));
        Assert.Equal("HoldfastNetworkNotFound", await RefusedAsync(world, new RestoreAsNew("copy") { DisksDirectory = folder, Network = "nowhere" }));
        Assert.Equal("HoldfastTargetFolderNotFound", await RefusedAsync(world, new RestoreAsNew("copy") { DisksDirectory = folder + "/missing" }));
        await File.WriteAllTextAsync(world.Folder["images/copy-console.log"], "", Ct);
        Assert.Equal("HoldfastLogFileTaken", await RefusedAsync(world, new RestoreAsNew("copy") { DisksDirectory = folder }));
        Assert.Empty(Directory.GetFiles(folder));
        Assert.True(world.IsClean());
    }

    [Fact]
    public async Task In_place_the_VMs_own_images_become_those_of_the_point()
    {
        await using var world = await RestoreWorld.CreateAsync();
        HostFile.SetOwner(world.ImageA, 64055, 64055, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var before = HostFile.Look(world.ImageA)!.Value;
        var xml = Definition(world);
        await world.Service.RestoreAsync(world.Point, new RestoreInPlace { Start = true }, null, Ct);
        Assert.Equal(world.DiskA, await ContentAsync(world, world.ImageA, ImageFormat.Qcow2));
        Assert.Equal(world.DiskB, await ContentAsync(world, world.ImageB, ImageFormat.Raw));
        var after = HostFile.Look(world.ImageA)!.Value;
        Assert.Equal((before.UserId, before.GroupId, before.Mode), (after.UserId, after.GroupId, after.Mode));
        Assert.Equal(xml, Definition(world));
        Assert.True(InPlaceMark.IsSet(world.Paths, world.Uuid));
        Assert.True(world.IsClean());
        Assert.False(File.Exists(world.Folder["images/vars.fd"]));
    }

    [Fact]
    public async Task In_place_with_configuration_puts_back_definition_and_variables()
    {
        await using var world = await RestoreWorld.CreateAsync();
        var saved = Definition(world);
        using (var changed = world.Host.DefineDomain(saved.Replace("8192", "16384", StringComparison.Ordinal), validate: false))
            Assert.NotEqual(saved, Definition(world));
        await world.Service.RestoreAsync(world.Point, new RestoreInPlace { WithConfiguration = true }, null, Ct);
        Assert.Equal(saved, Definition(world));
        Assert.Equal(world.Nvram, await File.ReadAllBytesAsync(world.Folder["images/vars.fd"], Ct));
    }

    [Fact]
    public async Task In_place_brings_back_a_VM_that_is_gone_with_its_disks()
    {
        await using var world = await RestoreWorld.CreateAsync();
        using (var domain = world.Host.LookupDomain(world.Uuid))
            domain.Undefine();
        Assert.Equal("UserErrorVmNotFoundV2", await RefusedAsync(world, new RestoreInPlace()));
        // Files of nobody known are never replaced.
        Assert.Equal("HoldfastDiskFileExists", await RefusedAsync(world, new RestoreInPlace { WithConfiguration = true }));
        File.Delete(world.ImageA);
        File.Delete(world.ImageB);
        await world.Service.RestoreAsync(world.Point, new RestoreInPlace { WithConfiguration = true }, null, Ct);
        Assert.Equal(world.DiskA, await ContentAsync(world, world.ImageA, ImageFormat.Qcow2));
        using var back = world.Host.LookupDomain(world.Uuid);
        Assert.Equal(world.Name, back.Name);
    }

    [Fact]
    public async Task In_place_needs_the_VM_off_and_shuts_it_down_if_asked()
    {
        await using var world = await RestoreWorld.CreateAsync();
        using var domain = world.Host.LookupDomain(world.Uuid);
        domain.Start();
        Assert.Equal("HoldfastVmMustBeOff", await RefusedAsync(world, new RestoreInPlace()));
        Assert.True(world.PresentImagesAreUntouched());
        await world.Service.RestoreAsync(world.Point, new RestoreInPlace { Shutdown = true }, null, Ct);
        Assert.False(domain.IsActive);
        Assert.Equal(world.DiskB, await ContentAsync(world, world.ImageB, ImageFormat.Raw));
    }

    [Fact]
    public async Task A_VM_that_was_shut_down_for_a_restore_that_came_to_nothing_runs_again_and_one_that_was_off_stays_off()
    {
        await using var world = await RestoreWorld.CreateAsync();
        using var domain = world.Host.LookupDomain(world.Uuid);
        foreach (var ran in (bool[])[true, false])
        {
            if (ran)
                domain.Start();
            using var cancel = new CancellationTokenSource();
            var progress = new Reports(p =>
            {
                Assert.False(domain.IsActive);
                if (p.Disk == "vdb")
                    cancel.Cancel();
            });
            var options = new RestoreInPlace { Shutdown = true };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.Service.RestoreAsync(world.Point, options, progress, cancel.Token));
            Assert.Equal(ran, domain.IsActive);
            Assert.True(world.IsClean());
            Assert.True(world.PresentImagesAreUntouched());
            if (ran)
                domain.Destroy();
        }
    }

    [Fact]
    public async Task What_can_be_refused_is_refused_before_the_VM_is_shut_down()
    {
        await using var world = await RestoreWorld.CreateAsync();
        using var domain = world.Host.LookupDomain(world.Uuid);
        domain.Start();
        Assert.Equal("HoldfastInPlaceDisksDiffer", await RefusedAsync(world, new RestoreInPlace { Shutdown = true }, afterRemoving: "vdb"));
        Assert.True(domain.IsActive);
        Assert.True(world.PresentImagesAreUntouched());
    }

    [Fact]
    public async Task In_place_refuses_disks_that_the_VM_does_not_have_any_more()
    {
        await using var world = await RestoreWorld.CreateAsync();
        Assert.Equal("HoldfastInPlaceDisksDiffer", await RefusedAsync(world, new RestoreInPlace(), afterRemoving: "vdb"));
        Assert.True(world.PresentImagesAreUntouched());
    }

    [Fact]
    public async Task A_VM_that_is_started_while_images_are_written_keeps_its_disks()
    {
        await using var world = await RestoreWorld.CreateAsync();
        using var domain = world.Host.LookupDomain(world.Uuid);
        var progress = new Reports(p =>
        {
            if (p.Disk == "vdb" && !domain.IsActive)
                domain.Start();
        });
        var e = await Assert.ThrowsAsync<FaultException>(() => world.Service.RestoreAsync(world.Point, new RestoreInPlace(), progress, Ct));
        Assert.Equal("HoldfastVmStateChanged", e.Fault.Code.ToString());
        Assert.True(world.PresentImagesAreUntouched());
        Assert.True(world.IsClean());
    }

    [Fact]
    public async Task An_image_that_is_open_elsewhere_is_not_replaced()
    {
        await using var world = await RestoreWorld.CreateAsync();
        await using var user = await Protection.Sources.StorageDaemon.StartAsync(Ct);
        await user.OpenImageAsync("image", world.ImageB, "raw", writable: true, Ct);
        await user.ExportAsync("image", "image", writable: true, [], Ct);
        Assert.Equal("HoldfastImageInUse", await RefusedAsync(world, new RestoreInPlace()));
        Assert.True(world.PresentImagesAreUntouched());
        Assert.True(world.IsClean());
    }

    [Fact]
    public async Task Another_operation_on_the_VM_comes_first()
    {
        await using var world = await RestoreWorld.CreateAsync();
        using var busy = VmLock.Acquire(world.Paths, world.Uuid, "vm");
        Assert.Equal("UserErrorBackupOperationInProgress", await RefusedAsync(world, new RestoreInPlace()));
    }

    private static string Definition(RestoreWorld world)
    {
        using var domain = world.Host.LookupDomain(world.Uuid);
        return domain.GetXml(DomainXmlOptions.Inactive | DomainXmlOptions.Secure);
    }

    private static async Task<string> RefusedAsync(RestoreWorld world, RestoreOptions options, string? afterRemoving = null)
    {
        if (afterRemoving is not null)
        {
            var xml = DomainXml.Parse(Definition(world));
            xml.FindDisk(afterRemoving)!.Element.Remove();
            using var domain = world.Host.DefineDomain(xml.ToXml(), validate: false);
        }

        return (await Assert.ThrowsAsync<FaultException>(() => world.Service.RestoreAsync(world.Point, options, null, Ct))).Fault.Code.ToString();
    }

    private static async Task<byte[]> ContentAsync(RestoreWorld world, string path, ImageFormat format)
    {
        if (format is ImageFormat.Raw)
            return await File.ReadAllBytesAsync(path, Ct);
        var plain = world.Folder[Guid.NewGuid().ToString("N")];
        await RunAsync("qemu-img", "convert", "-f", "qcow2", "-O", "raw", path, plain);
        return await File.ReadAllBytesAsync(plain, Ct);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(Ct);
        Assert.Equal(0, process.ExitCode);
    }

    // Called on the reporting thread itself, so that what it does happens then.
    private sealed class Reports(Action<RunProgress> action) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => action(value);
    }
}
