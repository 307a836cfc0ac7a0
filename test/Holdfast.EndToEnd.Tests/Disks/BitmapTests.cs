using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Disks;

/// <summary>Bitmaps that are lost, orphaned or left by dead runs: never trusted, never gathered, always told.</summary>
public sealed class BitmapTests(Host host)
{
    private static readonly DiskSpec[] TwoDisks = [new("vda") { SizeMiB = 64 }, new("vdb") { SizeMiB = 32 }];

    [Fact]
    public async Task A_disk_whose_bitmap_is_lost_is_read_whole_alone_in_one_job()
    {
        await using var vm = await BareVm.StartAsync(host, TwoDisks);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        await vm.WriteAsync("vdb", 0, 1024, 0x12);
        var first = await vm.BackUpAsync(node);
        await vm.StopAsync();
        await Tool.RunAsync("qemu-img", "bitmap", "--remove", vm.Disks[1].Path, Assert.Single(await vm.Guest.CheckpointsAsync()));
        await BareVm.WriteImageAsync(vm.Disks[1].Path, "qcow2", 256, 64, 0x13);
        await vm.StartAsync();
        await vm.WriteAsync("vda", 512, 64, 0x21);

        var run = await vm.BackUpAndCompareAsync(node);

        Assert.NotEqual(first.Point, run.Point);
        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Equal("full", run.Mode("vdb"));
        Assert.Equal("HoldfastChangeTrackingLost", run.Reason("vdb"));
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vdb"));
    }

    [Fact]
    public async Task Checkpoints_without_their_bitmaps_as_after_a_migration_are_told_and_replaced()
    {
        await using var vm = await BareVm.StartAsync(host, TwoDisks);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        await vm.BackUpAsync(node);
        await vm.StopAsync();
        var checkpoint = Assert.Single(await vm.Guest.CheckpointsAsync());
        foreach (var disk in vm.Disks)
            await Tool.RunAsync("qemu-img", "bitmap", "--remove", disk.Path, checkpoint);
        await vm.StartAsync();
        await vm.WriteAsync("vda", 512, 64, 0x21);

        var run = await vm.BackUpAndCompareAsync(node);

        foreach (var disk in vm.Disks)
            Assert.Equal("HoldfastChangeTrackingLost", run.Reason(disk.Target));
        Assert.EndsWith(run.Point, Assert.Single(await vm.Guest.CheckpointsAsync()), StringComparison.Ordinal);
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vda"));
    }

    [Fact]
    public async Task After_qemu_was_killed_the_stale_checkpoints_go_with_a_word_and_bitmaps_do_not_gather()
    {
        await using var vm = await BareVm.StartAsync(host, TwoDisks);
        var node = await Node.CreateAsync(host);
        await vm.BackUpAsync(node);
        for (var round = 1; round <= 3; round++)
        {
            await vm.WriteAsync("vda", round * 128, 64, (byte)round);
            await vm.Guest.KillQemuAsync();
            await vm.StartAsync();
            await vm.WriteAsync("vdb", round * 128, 64, (byte)round);

            var run = await vm.BackUpAndCompareAsync(node);

            Assert.Equal("full", run.Mode("vda"));
            Assert.Equal("HoldfastChangeTrackingLost", run.Reason("vda"));
            Assert.EndsWith(run.Point, Assert.Single(await vm.Guest.CheckpointsAsync()), StringComparison.Ordinal);
            foreach (var disk in TwoDisks)
                Assert.Single(await vm.OurBitmapsAsync(disk.Target));
        }

        await vm.WriteAsync("vda", 4096, 64, 0x77);
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(node)).Mode("vda"));
    }

    [Fact]
    public async Task After_ten_failed_runs_no_disk_has_gathered_bitmaps()
    {
        await using var vm = await BareVm.StartAsync(host, TwoDisks);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        await vm.BackUpAsync(node);
        for (var i = 0; i < 10; i++)
        {
            await vm.WriteAsync("vda", 256 * i, 64, (byte)(0x20 + i));
            await node.RunUntilKilledAsync("Transfer:before", "backup", vm.Name, "--consistency", "crash");
        }

        var run = await vm.BackUpAndCompareAsync(node);

        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Contains("HoldfastStaleCheckpointsCleaned", run.Warnings);
        Assert.EndsWith(run.Point, Assert.Single(await vm.Guest.CheckpointsAsync()), StringComparison.Ordinal);
        foreach (var disk in TwoDisks)
            Assert.Single(await vm.OurBitmapsAsync(disk.Target));
    }

    [Fact]
    public async Task A_second_vault_has_its_own_chain_and_leaves_the_first_ones_alone()
    {
        await using var vm = await BareVm.StartAsync(host, TwoDisks);
        var first = await Node.CreateAsync(host);
        var second = await first.WithSecondVaultAsync();
        await vm.BackUpAsync(first);
        await vm.WriteAsync("vda", 0, 256, 0x11);
        var other = await vm.BackUpAndCompareAsync(second);
        Assert.Equal("full", other.Mode("vda"));
        Assert.Equal("HoldfastBaseInOtherVault", other.Reason("vda"));
        await vm.WriteAsync("vda", 512, 256, 0x22);

        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(first)).Mode("vda"));
        await vm.WriteAsync("vdb", 512, 256, 0x33);
        Assert.Equal("incremental", (await vm.BackUpAndCompareAsync(second)).Mode("vda"));
        Assert.Equal(2, (await vm.Guest.CheckpointsAsync()).Count);
    }

    [Fact]
    public async Task A_vault_restored_from_an_older_copy_and_a_deleted_base_give_a_full_read_that_is_right()
    {
        await using var vm = await BareVm.StartAsync(host, TwoDisks);
        var node = await Node.CreateAsync(host);
        await vm.WriteAsync("vda", 0, 1024, 0x11);
        await vm.BackUpAsync(node);
        await Tool.RunAsync("cp", "-a", node.Vault, node.Vault + ".older");
        await vm.WriteAsync("vda", 256, 64, 0x22);
        await vm.BackUpAsync(node);
        Directory.Delete(node.Vault, recursive: true);
        Directory.Move(node.Vault + ".older", node.Vault);
        await vm.WriteAsync("vda", 2048, 64, 0x33);

        var older = await vm.BackUpAndCompareAsync(node);
        Assert.Equal("full", older.Mode("vda"));
        Assert.Equal("HoldfastChangeTrackingLost", older.Reason("vda"));

        (await node.RunAsync("points", "delete", vm.Name, "--point", older.Point, "--yes")).Succeeded();
        await vm.WriteAsync("vda", 4096, 64, 0x44);
        var next = await vm.BackUpAndCompareAsync(node);
        Assert.Equal("full", next.Mode("vda"));
        Assert.NotNull(next.Reason("vda"));
        foreach (var disk in TwoDisks)
            Assert.Single(await vm.OurBitmapsAsync(disk.Target));
    }
}
