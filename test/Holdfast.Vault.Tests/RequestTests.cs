using System.Security.Cryptography;

namespace Holdfast.Vault.Tests;

/// <summary>How many requests a store behind a network gets: each costs money and a round trip, whatever it brings.</summary>
public sealed class RequestTests
{
    private const int MiB = 1 << 20;
    private const int DiskBytes = 36 * MiB;

    private static CancellationToken Ct => TestVault.Ct;

    [Fact]
    public async Task Data_that_lies_together_is_restored_with_a_request_for_each_sixteen_mebibytes()
    {
        await using var test = await TestVault.CreateAsync();
        var store = new DistantFolder(test.Local);
        var (first, second, before, after) = await BackUpTwiceAsync(test, store);
        await using var vault = await test.OpenAsync(store);
        await vault.RefreshAsync(Ct);

        store.Clear();
        Assert.Equal(before, await TestVault.RestoreAsync(vault, first.Disks[0]));

        // Three pieces of the data, one of the map.
        Assert.True(store.Requests.Count <= 4, Told(store));

        store.Clear();
        Assert.Equal(after, await TestVault.RestoreAsync(vault, second.Disks[0]));

        // A chunk in ten is in the second point's pack, which is one more piece; so is its map.
        Assert.True(store.Requests.Count <= 7, Told(store));
        Assert.InRange(store.ReadBytesMost, 8 * MiB, 16 * MiB);
    }

    [Fact]
    public async Task Packs_are_verified_and_scrubbed_in_few_pieces()
    {
        await using var test = await TestVault.CreateAsync();
        var store = new DistantFolder(test.Local);
        var (first, second, _, _) = await BackUpTwiceAsync(test, store);
        await using var vault = await test.OpenAsync(store);
        store.Clear();

        Assert.True((await vault.VerifyAsync([first, second], null, Ct)).IsHealthy);

        // Three pieces and the end of the large pack, one piece of each of the other three; lists, sums, segments and points beside.
        Assert.True(store.Requests.Count(IsOfPacks) <= 12, Told(store));
        Assert.True(store.Requests.Count <= 36, Told(store));

        store.Clear();
        Assert.Empty((await HashCheck.RunAsync(store, null, TimeProvider.System, null, Ct)).Damaged);
        Assert.True(store.Requests.Count(IsOfPacks) <= 6, Told(store));
    }

    [Fact]
    public async Task A_copy_reads_packs_in_pieces_and_each_piece_once()
    {
        await using var here = await TestVault.CreateAsync();
        await using var there = await TestVault.CreateAsync();
        var store = new DistantFolder(here.Local);
        var (first, _, before, _) = await BackUpTwiceAsync(here, store);
        await using var from = await here.OpenAsync(store);
        await using var to = await there.OpenAsync();
        var points = await from.ListPointsAsync(null, Ct);
        store.Clear();

        var report = await from.CopyToAsync(to, points, null, Ct);

        Assert.Equal(2, report.Copied.Count);
        Assert.Equal(before, await TestVault.RestoreAsync(to, (await to.ListPointsAsync(null, Ct)).Single(p => p.Origin!.Point == first.PointId).Disks[0]));
        var pieces = store.Requests.Where(IsOfPacks).ToList();
        Assert.True(pieces.Count < 60, Told(store));
    }

    // What a backup of the command does: open, look for dead sessions and earlier points, register, look again, write, commit, end.
    [Fact]
    public async Task A_first_backup_asks_for_little_beside_its_packs()
    {
        await using var test = await TestVault.CreateAsync();
        var store = new DistantFolder(test.Local);
        await using (var vault = await test.OpenAsync(store, options: test.Options(packBytes: 64 * MiB, segmentEntries: 4096)))
        {
            await using var watch = await vault.WatchSilentSessionsAsync(new DeadSessionOptions { Source = test.Source, WatchHeartbeats = true }, Ct);
            Assert.Empty(await vault.ListPointsAsync(test.Source, Ct));
            await test.BackUpAsync(vault, RandomNumberGenerator.GetBytes(2 * MiB));
        }

        Assert.Equal(2, store.Requests.Count(IsOfPacks));
        Assert.True(store.Requests.Count(r => !IsOfPacks(r)) <= 20, Told(store));
    }

    // Three readers of 16 MiB each, on however many processors: the process has to stay below 150 MiB.
    [Fact]
    public void What_is_read_at_once_is_bounded() =>
        Assert.All([1, 2, 64], p => Assert.InRange((long)ReadShape.Distant.Readers(p) * ReadShape.Distant.BytesMax, 1, 48 * MiB));

    /// <summary>A disk that doesn't compress, and the same with every tenth chunk changed.</summary>
    private static async Task<(Point First, Point Second, byte[] Before, byte[] After)> BackUpTwiceAsync(TestVault test, IObjectStore store)
    {
        await using var vault = await test.OpenAsync(store, options: test.Options(packBytes: 64 * MiB, segmentEntries: 4096));
        var before = RandomNumberGenerator.GetBytes(DiskBytes);
        var after = (byte[])before.Clone();
        for (var at = 0; at < DiskBytes; at += 10 * TestVault.Chunk)
        {
            RandomNumberGenerator.Fill(after.AsSpan(at, TestVault.Chunk));
        }

        var first = await test.BackUpAsync(vault, before);
        return (first, await test.BackUpAsync(vault, after, first.Disks[0], before, day: 2), before, after);
    }

    private static bool IsOfPacks(string request) => request.Contains(" packs/", StringComparison.Ordinal);

    private static string Told(DistantFolder store) => $"{store.Requests.Count} requests:\n{string.Join('\n', store.Requests)}";
}
