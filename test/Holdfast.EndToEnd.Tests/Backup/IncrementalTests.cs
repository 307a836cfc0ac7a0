using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Backup;

/// <summary>Full and incremental backups of a running VM with two disks.</summary>
public sealed class IncrementalTests(GuestFixture fixture, Host host) : IClassFixture<GuestFixture>
{
    private const int ChunkBytesMax = 4 << 20;
    private readonly Guest _guest = fixture.Guest;

    [Fact]
    public async Task A_full_and_an_increment_of_two_disks_each_equal_an_independent_read()
    {
        var node = await Node.CreateAsync(host);
        await _guest.Agent.WriteFilesAsync("/data/full", 8, 512);
        await _guest.Agent.WriteFilesAsync("/data2/full", 8, 512);
        var first = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
        Assert.Equal("full", first.Mode("vda"));
        Assert.Equal("full", first.Mode("vdb"));

        await _guest.Agent.WriteFilesAsync("/data/increment", 2, 512);
        var second = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
        Assert.Equal("incremental", second.Mode("vda"));
        Assert.Equal("incremental", second.Mode("vdb"));
        Assert.Equal([first.Point, second.Point], await node.PointsAsync(_guest.Name));
    }

    [Fact]
    public async Task An_increment_reads_little_more_than_what_the_guest_wrote()
    {
        var node = await Node.CreateAsync(host);
        await _guest.Agent.RunAsync("dd if=/dev/zero of=/data/little bs=1M count=16 2>/dev/null; sync");
        var full = await node.BackUpAsync(_guest);
        await _guest.Agent.RunAsync("dd if=/dev/urandom of=/data/little bs=1M count=2 seek=4 conv=notrunc 2>/dev/null; sync");

        var increment = await node.BackUpAsync(_guest);

        Assert.InRange(increment.DiskReadBytes("vda"), 2 << 20, (2 << 20) + 4 * ChunkBytesMax);
        Assert.True(increment.DiskReadBytes("vda") < full.DiskReadBytes("vda"), "an increment reads less than a full");
        Assert.InRange(increment.StoredBytes, 2 << 20, (2 << 20) + ChunkBytesMax);
    }

    [Fact]
    public async Task An_increment_without_changes_stores_nearly_nothing()
    {
        var node = await Node.CreateAsync(host);
        await _guest.Agent.WriteFilesAsync("/data/quiet", 4, 1024);
        var full = await node.BackUpAsync(_guest);

        var increment = await node.BackUpAsync(_guest);

        Assert.Equal("incremental", increment.Mode("vda"));
        Assert.True(increment.StoredBytes < full.StoredBytes / 4, $"{increment.StoredBytes} of {full.StoredBytes}");
    }

    [Fact]
    public async Task A_full_that_is_asked_for_reads_everything_and_keeps_the_chain()
    {
        var node = await Node.CreateAsync(host);
        await _guest.Agent.WriteFilesAsync("/data/asked", 4, 1024);
        var first = await node.BackUpAsync(_guest);

        var full = await (await node.BackUpWithWitnessAsync(_guest, "--full")).EqualsWitnessAsync();
        var next = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();

        Assert.Equal("full", full.Mode("vda"));
        Assert.NotNull(full.Reason("vda"));
        Assert.True(full.StoredBytes < first.StoredBytes / 4, "what the vault has already isn't stored again");
        Assert.Equal("incremental", next.Mode("vda"));
    }

    [Fact]
    public async Task Only_one_checkpoint_of_a_vault_stays_on_the_vm()
    {
        var node = await Node.CreateAsync(host);
        await node.BackUpAsync(_guest);
        await node.BackUpAsync(_guest);
        var last = await node.BackUpAsync(_guest);

        var ours = (await _guest.CheckpointsAsync()).Where(c => c.Contains(last.Point, StringComparison.Ordinal));
        var vault = Assert.Single(ours).Split('-')[1];
        Assert.Single(await _guest.CheckpointsAsync(), c => c.StartsWith($"holdfast-{vault}-", StringComparison.Ordinal));
        Assert.Single(await _guest.LiveBitmapsAsync("vda"), b => b.StartsWith($"holdfast-{vault}-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_files_in_a_point_carry_the_guests_own_checksums()
    {
        var node = await Node.CreateAsync(host);
        await _guest.Agent.WriteFilesAsync("/data/sums", 6, 300);
        var sums = await _guest.Agent.ChecksumsAsync("/data");
        var run = await node.BackUpAsync(_guest);
        await _guest.Agent.RunAsync("rm -r /data/sums; sync");

        var disks = await node.RestoreDisksAsync(_guest.Name, run.Point);

        await using var restored = await Guest.AdoptAsync(host, new GuestDisk("vda", disks["vda"], "raw"));
        Assert.Equal(sums, await restored.Agent.ChecksumsAsync("/data"));
    }

    [Fact]
    public async Task A_point_says_how_consistent_it_is_and_how_long_the_guest_was_frozen()
    {
        var node = await Node.CreateAsync(host);
        var run = await node.BackUpAsync(_guest);

        Assert.Equal("fileSystem", run.Consistency);
        Assert.InRange(run.Json.GetProperty("frozenMilliseconds").GetDouble(), 0.001, 10_000);
        Assert.False(await _guest.Agent.IsFrozenAsync());
        Assert.False(await _guest.HasBackupJobAsync());
    }

    [Fact]
    public async Task A_backup_is_verified_afterwards_where_that_is_asked()
    {
        var node = await Node.CreateAsync(host);
        var run = await node.BackUpAsync(_guest, "--verify-after", "--note", "checked at once");

        var point = (await node.RunAsync("points", "show", _guest.Name, "--point", run.Point)).Succeeded().Json;
        Assert.Equal("checked at once", point.GetProperty("note").GetString());
    }
}
