using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Disks;

/// <summary>Bitmaps that are lost, orphaned or left by dead runs: never trusted, never gathered, always told.</summary>
public sealed class BitmapTests(Host host)
{
    private static readonly DiskSpec[] TwoDisks = [new("vda") { SizeMiB = 64 }, new("vdb") { SizeMiB = 32 }];

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
}
