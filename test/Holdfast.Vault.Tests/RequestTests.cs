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

        // One of them looks whether the place without points is a vault at all.
        Assert.Equal(2, store.Requests.Count(IsOfPacks));
        Assert.True(store.Requests.Count(r => !IsOfPacks(r)) <= 16, Told(store));
    }

    [Fact]
    public async Task A_later_backup_asks_for_little_beside_its_packs()
    {
        await using var test = await TestVault.CreateAsync();
        var store = new DistantFolder(test.Local);
        var options = test.Options(packBytes: 64 * MiB, segmentEntries: 4096);
        var before = RandomNumberGenerator.GetBytes(2 * MiB);
        await using (var vault = await test.OpenAsync(options: options))
        {
            await test.BackUpAsync(vault, before);
        }

        await using (var vault = await test.OpenAsync(store, options: options))
        {
            await using var watch = await vault.WatchSilentSessionsAsync(new DeadSessionOptions { Source = test.Source, WatchHeartbeats = true }, Ct);
            var point = Assert.Single(await vault.ListPointsAsync(test.Source, Ct));
            var after = (byte[])before.Clone();
            RandomNumberGenerator.Fill(after.AsSpan(0, TestVault.Chunk));
            await test.BackUpAsync(vault, after, point.Disks[0], before, day: 2);
        }

        // Beside what a first one asks: marks and the point; rounds of garbage, segments, packs and damage; a piece or two of the older map.
        Assert.True(store.Requests.Count(r => !r.StartsWith("create packs/", StringComparison.Ordinal)) <= 25, Told(store));
    }

    [Fact]
    public async Task A_long_session_shows_its_life_with_little_more_than_a_request_each_time()
    {
        await using var test = await TestVault.CreateAsync();
        var store = new DistantFolder(test.Local);
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        const int Beats = 40;
        var options = new VaultOpenOptions { TimeProvider = time, HeartbeatInterval = TimeSpan.FromSeconds(10) };
        await using (var vault = await test.OpenAsync(store, options: options))
        await using (var session = await vault.OpenSessionAsync(test.Source, Ct))
        {
            store.Clear();
            for (var beat = 1; beat <= Beats; beat++)
            {
                time.Advance(options.HeartbeatInterval);
                while (await test.Local.GetSizeAsync(Names.Beat(session.PointId, beat), Ct) is null)
                {
                    await Task.Yield();
                }
            }

            Assert.True(store.Requests.Count <= Beats + (Beats / 8) + 1, Told(store));
        }

        Assert.Empty(await test.Local.ListAllAsync(Names.Sessions, Ct));
    }

    [Fact]
    public async Task Garbage_of_many_sessions_goes_with_few_requests_each()
    {
        const int Points = 8;
        await using var test = await TestVault.CreateAsync();
        var store = new DistantFolder(test.Local);
        await using var vault = await test.OpenAsync(store);
        var points = new List<Point>();
        for (var i = 0; i < Points; i++)
        {
            points.Add(await test.BackUpAsync(vault, RandomNumberGenerator.GetBytes(MiB), day: i + 1));
        }

        foreach (var point in points[1..])
        {
            await vault.DeletePointAsync(point.SourceId, point.PointId, Ct);
        }

        store.Clear();
        var result = await vault.CollectGarbageAsync(new GcOptions { Grace = TimeSpan.Zero }, null, Ct);

        Assert.True(result.PacksDropped >= 2 * (Points - 1), "a pack of data and one of the map each");
        Assert.Single(store.Requests, r => r.StartsWith("delete packs/", StringComparison.Ordinal));
        Assert.DoesNotContain(store.Requests, r => r.StartsWith("size packs/", StringComparison.Ordinal));
        Assert.Single(await vault.ListPointsAsync(null, Ct));
        Assert.Single((await test.Local.ListAllAsync(Names.Packs, Ct)).Select(o => o.Name.Value.Split('/')[1]).Distinct());
    }

    // Such commands don't try the store first, and need not: nothing that they write is decided by who comes first.
    [Fact]
    public async Task What_checks_writes_nothing_but_what_it_found_and_when()
    {
        await using var test = await TestVault.CreateAsync();
        var store = new DistantFolder(test.Local);
        var (first, second, _, _) = await BackUpTwiceAsync(test, store);
        await using var vault = await test.OpenAsync(store);
        store.Clear();
        Assert.True((await vault.VerifyAsync([first, second], null, Ct)).IsHealthy);
        Assert.DoesNotContain(store.Requests, IsChange);

        var pack = (await test.Local.ListAllAsync(Names.Packs, Ct))[0];
        var path = Path.Combine(test.StorePath, pack.Name.Value);
        var bytes = await File.ReadAllBytesAsync(path, Ct);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Ct);
        await vault.ScrubAsync(new ScrubOptions(), null, Ct);
        Assert.All(store.Requests.Where(IsChange), r => Assert.Matches("^create (damage|scrubs)/", r));
        Assert.Contains(store.Requests, IsChange);

        static bool IsChange(string request) => request.StartsWith("create ", StringComparison.Ordinal) || request.StartsWith("delete ", StringComparison.Ordinal);
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
