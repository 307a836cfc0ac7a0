using CsCheck;

namespace Holdfast.Vault.Tests;

public sealed class BackupAndRestoreTests
{
    private static CancellationToken Ct => TestVault.Ct;

    [Fact]
    public async Task A_disk_comes_back_byte_for_byte_with_attachments_and_properties()
    {
        await using var test = await TestVault.CreateAsync();
        var disk = TestVault.SomeDisk(1, (5 << 20) + 12_345);
        await using (var vault = await test.OpenAsync())
        {
            await using var session = await vault.OpenSessionAsync(test.Source, Ct);
            await TestVault.WriteDiskAsync(vault, session, disk);
            await session.AddAttachmentAsync("domain.xml", "<domain/>"u8.ToArray(), Ct);
            await session.AddAttachmentAsync("nvram", TestVault.SomeDisk(9, 2_500_000), Ct);
            await session.AddAttachmentAsync("empty", ReadOnlyMemory<byte>.Empty, Ct);
            await session.CommitAsync("{\"a\":1}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct);
        }

        // On another machine: no cache, and the recovery key alone.
        await using var other = await test.OpenAsync(
            credential: VaultCredential.FromRecoveryKey(test.Created.RecoveryKey.ToString()), options: new VaultOpenOptions());
        var point = Assert.Single(await other.ListPointsAsync(null, Ct));
        Assert.Equal("{\"a\":1}"u8.ToArray(), point.Properties.ToArray());
        Assert.Equal(disk, await TestVault.RestoreAsync(other, point.Disks[0]));
        Assert.Equal("<domain/>"u8.ToArray(), await other.ReadAttachmentAsync(point, "domain.xml", Ct));
        Assert.Equal(TestVault.SomeDisk(9, 2_500_000), await other.ReadAttachmentAsync(point, "nvram", Ct));
        Assert.Empty(await other.ReadAttachmentAsync(point, "empty", Ct));
        Assert.Empty(await other.ListSessionsAsync(Ct));
    }

    [Fact]
    public async Task Every_point_of_a_random_history_equals_the_model()
    {
        await Gen.Int[0, 1_000_000].SampleAsync(RunHistoryAsync, iter: 12, threads: 1);
    }

    private static async Task RunHistoryAsync(int seed)
    {
        var random = new Random(seed);
        await using var test = await TestVault.CreateAsync();
        var chunk = TestVault.Chunk << random.Next(3);
        // More than one leaf page, so that the map has two levels.
        var size = random.Next(1, 4) switch { 1 => random.Next(1, 300_000), 2 => random.Next(1 << 20, 4 << 20), _ => (513 * TestVault.Chunk) + random.Next(100_000) };
        var disk = TestVault.SomeDisk(seed, size);
        var history = new List<(Point Point, byte[] Disk)>();
        var vault = await test.OpenAsync();
        for (var round = 0; round < 4; round++)
        {
            var full = round == 0 || random.Next(4) == 0;
            var point = await test.BackUpAsync(
                vault, disk, full ? null : history[^1].Point.Disks[0], full ? null : history[^1].Disk, chunk);
            history.Add((point, disk));
            disk = Change(random, disk);
            if (random.Next(3) == 0)
            {
                await vault.DisposeAsync();
                if (random.Next(2) == 0)
                {
                    Directory.Delete(test.CachePath, recursive: true);
                }

                vault = await test.OpenAsync();
            }
        }

        foreach (var (point, expected) in history)
        {
            var read = await vault.GetPointAsync(test.Source, point.PointId, Ct);
            var restored = await TestVault.RestoreAsync(vault, read.Disks[0]);
            Assert.True(expected.AsSpan().SequenceEqual(restored));
            var target = new byte[chunk];
            var number = random.NextInt64(read.Disks[0].ChunkCount);
            await vault.ReadChunkAsync(read.Disks[0], number, target, Ct);
            var at = (int)(number * chunk);
            var length = Math.Min(chunk, expected.Length - at);
            Assert.True(target.AsSpan(0, length).SequenceEqual(expected.AsSpan(at, length)));
            Assert.True(target.AsSpan(length).IndexOfAnyExcept((byte)0) < 0);
        }

        await vault.DisposeAsync();
    }

    private static byte[] Change(Random random, byte[] disk)
    {
        var changed = disk.ToArray();
        for (var i = random.Next(6); i >= 0; i--)
        {
            var at = random.Next(changed.Length);
            var piece = changed.AsSpan(at, Math.Min(changed.Length - at, random.Next(1, 300_000)));
            if (random.Next(2) == 0)
            {
                piece.Clear();
            }
            else
            {
                random.NextBytes(piece);
            }
        }

        return changed;
    }
}
