using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Backup;

/// <summary>Raw, read-only, excluded, added, removed, grown and shrunk disks.</summary>
public sealed class DisksTests(Host host)
{
    [Fact]
    public async Task A_raw_disk_is_read_whole_each_time_and_the_run_says_so()
    {
        await using var guest = await Guest.BootAsync(
            host, new GuestSpec(DiskSpec.Ext4("vda"), DiskSpec.Xfs("vdb") with { Format = "raw" }));
        var node = await Node.CreateAsync(host);
        await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();
        await guest.Agent.WriteFilesAsync("/data2/raw", 2, 512);

        var second = await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();

        Assert.Equal("incremental", second.Mode("vda"));
        Assert.Equal("full", second.Mode("vdb"));
        Assert.NotNull(second.Reason("vdb"));
    }

    [Fact]
    public async Task A_cdrom_a_read_only_disk_and_an_excluded_disk_are_left_out_and_named()
    {
        await using var guest = await Guest.BootAsync(host, new GuestSpec(
            DiskSpec.Ext4("vda"), new DiskSpec("vdb") { SizeMiB = 16, ExtraXml = "<readonly/>" }, new DiskSpec("vdc") { SizeMiB = 16 },
            new DiskSpec("sda") { SizeMiB = 4, Format = "raw", Device = "cdrom", ExtraXml = "<readonly/>" }));
        var node = await Node.CreateAsync(host);

        var run = await node.BackUpAsync(guest, "--exclude-disk", "vdc");

        Assert.Equal(["vda"], run.Targets);
        var skipped = run.Json.GetProperty("skipped").EnumerateArray().Select(s => s.GetProperty("target").GetString()).Order();
        Assert.Equal(["sda", "vdb", "vdc"], skipped);
    }

    [Fact]
    public async Task An_excluded_disk_that_does_not_exist_is_an_error()
    {
        await using var guest = await Guest.DefineAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);

        var result = await node.RunAsync("backup", guest.Name, "--exclude-disk", "vdz");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Empty(await node.PointsAsync(guest.Name));
    }

    [Fact]
    public async Task A_disk_that_was_added_is_read_whole_and_the_others_stay_incremental()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(guest);
        var added = await Guest.CreateDiskAsync(new DiskSpec("vdb") { SizeMiB = 32 }, Path.Combine(guest.Folder, "added.qcow2"));
        await Tool.VirshAsync("attach-disk", guest.Name, added.Path, "vdb", "--driver", "qemu", "--subdriver", "qcow2", "--live", "--config");
        await Eventually.TrueAsync("the guest sees the disk", async () => (await guest.Agent.TryRunAsync("test -e /dev/vdb")).ExitCode == 0);
        await guest.Agent.RunAsync("dd if=/dev/urandom of=/dev/vdb bs=1M count=4 2>/dev/null; sync");

        var run = await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();

        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Equal("full", run.Mode("vdb"));
        Assert.NotNull(run.Reason("vdb"));
        var next = await node.BackUpAsync(guest);
        Assert.Equal("incremental", next.Mode("vdb"));
    }

    [Fact]
    public async Task A_disk_that_was_removed_is_gone_from_the_next_point_and_still_in_the_older_one()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.TwoDisks with { KernelArguments = "guest.mounts=vda:/data" });
        var node = await Node.CreateAsync(host);
        var before = await node.BackUpAsync(guest);
        await Tool.VirshAsync("detach-disk", guest.Name, "vdb", "--live", "--config");
        await Eventually.TrueAsync(
            "the disk is gone", async () => !(await Tool.VirshAsync("domblklist", guest.Name)).Contains("vdb", StringComparison.Ordinal));

        var run = await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();

        Assert.Equal(["vda"], run.Targets);
        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Equal(["vda", "vdb"], (await node.RestoreDisksAsync(guest.Name, before.Point)).Keys.Order());
    }

    [Theory]
    [InlineData("192M")]
    [InlineData("96M")]
    public async Task A_disk_that_was_resized_is_read_whole_and_is_right(string size)
    {
        await using var guest = await Guest.BootAsync(host, new GuestSpec(DiskSpec.Ext4("vda"), new DiskSpec("vdb")));
        var node = await Node.CreateAsync(host);
        await guest.Agent.RunAsync("dd if=/dev/urandom of=/dev/vdb bs=1M count=8 seek=60 2>/dev/null; sync");
        await node.BackUpAsync(guest);
        await guest.ShutdownAsync();
        var image = guest.Disks[1].Path;
        // qemu-img refuses to shrink an image that has bitmaps; a user takes them away, or copies the image.
        foreach (var bitmap in await ImageBitmaps.OfAsync(image))
            await Tool.RunAsync("qemu-img", "bitmap", "--remove", image, bitmap);
        await Tool.RunAsync("qemu-img", "resize", "--shrink", image, size);
        await guest.StartAsync();
        await guest.Agent.RunAsync("dd if=/dev/urandom of=/dev/vdb bs=1M count=1 seek=90 2>/dev/null; sync");

        var run = await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();

        Assert.Equal("full", run.Mode("vdb"));
        Assert.NotNull(run.Reason("vdb"));
        Assert.Equal("incremental", run.Mode("vda"));
    }

    [Fact]
    public async Task A_disk_that_grew_while_the_vm_ran_is_right()
    {
        await using var guest = await Guest.BootAsync(host, new GuestSpec(DiskSpec.Ext4("vda"), new DiskSpec("vdb") { SizeMiB = 32 }));
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(guest);
        await Tool.VirshAsync("blockresize", guest.Name, "vdb", "48M");
        await guest.Agent.RunAsync("dd if=/dev/urandom of=/dev/vdb bs=1M count=4 seek=40 2>/dev/null; sync");

        await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();
    }
}
