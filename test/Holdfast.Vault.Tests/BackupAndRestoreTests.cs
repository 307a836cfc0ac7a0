using System.Text;
using CsCheck;

namespace Holdfast.Vault.Tests;

public sealed class BackupAndRestoreTests
{
    [Fact]
    public async Task However_hard_a_session_compresses_its_point_reads_the_same_and_the_sizes_are_in_order()
    {
        // Sentences of made-up words, some used much more than others: each level finds more in them than the one below.
        var random = new Random(7);
        var words = Enumerable.Range(0, 2000).Select(_ => new string(random.GetItems("abcdefghijklmnopqrstuvwxyz".AsSpan(), random.Next(3, 11)))).ToArray();
        var disk = Encoding.ASCII.GetBytes(string.Join(
            ' ', Enumerable.Range(0, 250_000).Select(_ => words[Math.Min((int)(-300 * Math.Log(1 - random.NextDouble())), words.Length - 1)])));
        var stored = new Dictionary<ChunkCompression, long>();
        foreach (var compression in Enum.GetValues<ChunkCompression>())
        {
            await using var test = await TestVault.CreateAsync();
            await using var vault = await test.OpenAsync();
            await using var session = await vault.OpenSessionAsync(test.Source, compression, Ct);
            await TestVault.WriteDiskAsync(vault, session, disk);
            var point = await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct);
            Assert.Equal(disk, await TestVault.RestoreAsync(vault, point.Disks[0]));
            Assert.True((await vault.VerifyAsync([point], null, Ct)).IsHealthy);
            stored[compression] = session.Statistics.StoredBytes;
        }

        Assert.True(stored[ChunkCompression.Off] > stored[ChunkCompression.Fastest], "off stores more than fastest");
        Assert.True(stored[ChunkCompression.Fastest] > stored[ChunkCompression.Default], "fastest stores more than the default");
        Assert.True(stored[ChunkCompression.Default] > stored[ChunkCompression.Better], "the default stores more than better");
    }

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
    public async Task Chunks_that_compress_to_nothing_fill_no_index_segment_beyond_its_bound()
    {
        await using var test = await TestVault.CreateAsync();
        var disk = new byte[200 * TestVault.Chunk];
        for (var i = 0; i < 200; i++)
        {
            disk[i * TestVault.Chunk] = (byte)(i + 1);
        }

        await using var vault = await test.OpenAsync(options: test.Options(packBytes: 64 << 20, segmentEntries: 16));
        var point = await test.BackUpAsync(vault, disk);
        Assert.InRange(Directory.GetFiles(Path.Combine(test.StorePath, "index"), "*", SearchOption.AllDirectories).Length, 200 / 16, 200 / 16 * 2);
        Assert.Equal(disk, await TestVault.RestoreAsync(vault, point.Disks[0]));
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
