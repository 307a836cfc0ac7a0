using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Backup;

/// <summary>Tracking that was lost: only the disk concerned is read whole, and the run says so.</summary>
public sealed class BitmapLossTests(Host host)
{
    [Fact]
    public async Task A_disk_whose_bitmap_is_lost_is_read_whole_alone_in_the_same_job()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.TwoDisks);
        var node = await Node.CreateAsync(host);
        await guest.Agent.WriteFilesAsync("/data/one", 2, 512);
        await node.BackUpAsync(guest);
        await guest.ShutdownAsync();
        foreach (var bitmap in await ImageBitmaps.OfAsync(guest.Disks[1].Path))
            await Tool.RunAsync("qemu-img", "bitmap", "--remove", guest.Disks[1].Path, bitmap);
        await guest.StartAsync();
        await guest.Agent.WriteFilesAsync("/data2/two", 2, 512);

        var run = await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();

        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Equal("full", run.Mode("vdb"));
        Assert.NotNull(run.Reason("vdb"));
        Assert.NotEmpty(run.Warnings);
        Assert.Equal("incremental", (await node.BackUpAsync(guest)).Mode("vdb"));
    }

    [Fact]
    public async Task After_qemu_was_killed_the_stale_checkpoint_goes_and_the_run_says_so()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.TwoDisks);
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(guest);
        await guest.KillQemuAsync();
        await guest.StartAsync();
        await guest.Agent.WriteFilesAsync("/data/after", 2, 512);

        var run = await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();

        Assert.Equal("full", run.Mode("vda"));
        Assert.NotNull(run.Reason("vda"));
        Assert.NotEmpty(run.Warnings);
        Assert.EndsWith(run.Point, Assert.Single(await guest.CheckpointsAsync()), StringComparison.Ordinal);
        var next = await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();
        Assert.Equal("incremental", next.Mode("vda"));
    }

    [Fact]
    public async Task After_ten_failed_runs_no_disk_has_gathered_bitmaps()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.TwoDisks);
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(guest);
        for (var i = 0; i < 10; i++)
            Assert.True(await node.RunUntilKilledAsync("Transfer:before", "backup", guest.Name));

        var run = await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();

        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Single(await guest.CheckpointsAsync());
        foreach (var disk in guest.Disks)
            Assert.Single(await guest.LiveBitmapsAsync(disk.Target), b => b.StartsWith("holdfast-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Checkpoints_without_their_bitmaps_as_after_a_migration_are_told_and_replaced()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(guest);
        await guest.ShutdownAsync();
        foreach (var bitmap in await ImageBitmaps.OfAsync(guest.Disks[0].Path))
            await Tool.RunAsync("qemu-img", "bitmap", "--remove", guest.Disks[0].Path, bitmap);
        await guest.StartAsync();

        var run = await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();

        Assert.Equal("full", run.Mode("vda"));
        Assert.EndsWith(run.Point, Assert.Single(await guest.CheckpointsAsync()), StringComparison.Ordinal);
    }
}
