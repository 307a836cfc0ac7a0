using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Backup;

/// <summary>What the guest discarded is zeros in the next point, and costs nothing to read.</summary>
public sealed class DiscardTests(GuestFixture fixture, Host host) : IClassFixture<GuestFixture>
{
    // A disk without a file system has nothing that could be frozen.
    private static readonly string[] CrashConsistent = ["--consistency", "crash"];
    private readonly Guest _guest = fixture.Guest;

    [Fact]
    public async Task What_fstrim_discarded_reads_as_zeros_and_the_increment_stays_small()
    {
        var node = await Node.CreateAsync(host);
        await _guest.Agent.WriteFilesAsync("/data/trim", 1, 24 << 10);
        var full = await node.BackUpAsync(_guest);
        await _guest.Agent.RunAsync("rm -r /data/trim; sync; fstrim /data");

        var run = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();

        Assert.Equal("incremental", run.Mode("vda"));
        Assert.True(run.DiskReadBytes("vda") < 8 << 20, $"read {run.DiskReadBytes("vda")}");
        Assert.True(run.StoredBytes < full.StoredBytes / 8, $"{run.StoredBytes} after {full.StoredBytes}");
    }

    [Fact]
    public async Task What_blkdiscard_discarded_reads_as_zeros()
    {
        await using var guest = await Guest.BootAsync(host, new GuestSpec(new DiskSpec("vda") { SizeMiB = 64 }));
        var node = await Node.CreateAsync(host);
        await guest.Agent.RunAsync("dd if=/dev/urandom of=/dev/vda bs=1M count=32 2>/dev/null; sync");
        await node.BackUpAsync(guest, CrashConsistent);
        await guest.Agent.RunAsync("blkdiscard -o 4M -l 16M /dev/vda; sync");

        var run = await (await node.BackUpWithWitnessAsync(guest, CrashConsistent)).EqualsWitnessAsync();

        Assert.Equal("incremental", run.Mode("vda"));
        Assert.Equal(0, run.DiskReadBytes("vda"));
        var image = (await node.RestoreDisksAsync(guest.Name, run.Point))["vda"];
        await Tool.RunAsync("cmp", "-n", "16777216", "-i", "4194304:0", image, "/dev/zero");
    }

    [Fact]
    public async Task What_was_discarded_and_written_again_is_the_new_data()
    {
        var node = await Node.CreateAsync(host);
        await _guest.Agent.WriteFilesAsync("/data2/again", 1, 16 << 10);
        await node.BackUpAsync(_guest);
        await _guest.Agent.RunAsync("rm -r /data2/again; sync; fstrim /data2");
        await _guest.Agent.WriteFilesAsync("/data2/again", 1, 4 << 10);

        await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
    }
}
