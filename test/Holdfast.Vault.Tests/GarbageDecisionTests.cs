using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Vault.Tests;

/// <summary>What a collection decides: what it waits for, how much it does at a time, and what has to be true before anything goes.</summary>
public sealed class GarbageDecisionTests
{
    private static readonly GcOptions AtOnce = new() { Grace = TimeSpan.Zero, RepackBudget = 1 };

    private static CancellationToken Ct => TestVault.Ct;

    [Fact]
    public async Task Condemned_packs_stay_until_their_grace_is_over()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync(options: new VaultOpenOptions { CacheDirectory = test.CachePath, TimeProvider = time });
        var point = await test.BackUpAsync(vault, TestVault.RandomDisk(1, 16));
        await vault.DeletePointAsync(test.Source, point.PointId, Ct);
        var grace = new GcOptions { Grace = TimeSpan.FromHours(24) };
        var condemned = await vault.CollectGarbageAsync(grace, null, Ct);
        Assert.Equal((0, time.GetUtcNow() + grace.Grace), (condemned.PacksDropped, condemned.DroppableFrom));

        time.Advance(grace.Grace - TimeSpan.FromMinutes(1));
        var waiting = await vault.CollectGarbageAsync(grace, null, Ct);
        Assert.Equal(
            (0, condemned.PacksCondemned, condemned.CondemnedBytes, condemned.DroppableFrom),
            (waiting.PacksDropped, waiting.PacksCondemned, waiting.CondemnedBytes, waiting.DroppableFrom));

        time.Advance(TimeSpan.FromMinutes(1));
        var done = await vault.CollectGarbageAsync(grace, null, Ct);
        Assert.Equal((condemned.PacksCondemned, condemned.CondemnedBytes), (done.PacksDropped, done.DroppedBytes));
        Assert.Empty(Directory.GetFiles(Path.Combine(test.StorePath, "gc"), "condemned*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Attachments_and_the_pages_of_deep_maps_are_needed_as_data_is()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var gone = await test.BackUpAsync(vault, TestVault.RandomDisk(1, 32));
        // More chunks than a page names: the map has two levels. Most of it is zeros.
        var disk = new byte[(MapShape.PageIds + 88) * TestVault.Chunk];
        TestVault.RandomDisk(2, 8).CopyTo(disk, 0);
        TestVault.RandomDisk(3, 8).CopyTo(disk, MapShape.PageIds * TestVault.Chunk);
        var state = TestVault.RandomDisk(4, 40)[..((2 * DiskRules.AttachmentPieceBytes) + 12345)];
        Point kept;
        await using (var session = await vault.OpenSessionAsync(test.Source, Ct))
        {
            await TestVault.WriteDiskAsync(vault, session, disk);
            await session.AddAttachmentAsync("nvram", state, Ct);
            kept = await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct);
        }

        await vault.DeletePointAsync(test.Source, gone.PointId, Ct);
        var result = await vault.CollectGarbageAsync(AtOnce, null, Ct);
        Assert.True(result is { PacksDropped: > 0, PacksRepacked: 0, RepackedBytes: 0 }, $"{result}");
        await using var other = await test.OpenAsync(options: new VaultOpenOptions());
        Assert.Equal(disk, await TestVault.RestoreAsync(other, kept.Disks[0]));
        Assert.Equal(state, await other.ReadAttachmentAsync(kept, "nvram", Ct));
        Assert.True((await other.VerifyAsync([kept], null, Ct)).IsHealthy);
        Assert.Equal(0, (await other.GetStatisticsAsync(null, Ct)).ReclaimableBytes);
    }

    [Fact]
    public async Task What_was_written_anew_and_cannot_be_read_back_does_not_replace_anything()
    {
        await using var test = await TestVault.CreateAsync();
        var store = new HookedStore(test.Local);
        await using var vault = await test.OpenAsync(store);
        var (before, after) = Halves(32);
        var first = await test.BackUpAsync(vault, before);
        var second = await test.BackUpAsync(vault, after);
        await vault.DeletePointAsync(test.Source, first.PointId, Ct);
        var damaged = 0;
        store.BeforeCreate = async name =>
        {
            if (name.Value.StartsWith($"points/{Repacker.Source}/", StringComparison.Ordinal))
            {
                // The packs are there, the point that makes them count comes now.
                foreach (var pack in Directory.GetFiles(Path.Combine(test.StorePath, "packs", name.Value.Split('/')[^1])))
                {
                    await Damage.DoAsync("flip", pack, pack);
                    damaged++;
                }
            }
        };

        var result = await vault.CollectGarbageAsync(AtOnce, null, Ct);

        Assert.True(damaged > 0 && result is { PacksRepacked: 0, PacksKept: > 0 }, $"{damaged} {result}");
        await using var other = await test.OpenAsync(options: new VaultOpenOptions());
        Assert.Equal(after, await TestVault.RestoreAsync(other, second.Disks[0]));
        Assert.True((await other.VerifyAsync([second], null, Ct)).IsHealthy);
        // The next one does it again, and rightly.
        store.BeforeCreate = null;
        Assert.True((await other.CollectGarbageAsync(AtOnce, null, Ct)).PacksRepacked > 0);
        Assert.Equal(after, await TestVault.RestoreAsync(other, second.Disks[0]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pack_that_is_away_for_a_while_is_still_known_when_it_comes_back(bool otherPackGoes)
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync(options: test.Options(packBytes: 1 << 20));
        // The second point needs the first ones of the first point's packs whole, and of the others nothing.
        var (before, after) = (TestVault.RandomDisk(1, otherPackGoes ? 64 : 30), TestVault.RandomDisk(2, 64));
        before.AsSpan(0, 30 * TestVault.Chunk).CopyTo(after);
        var first = await test.BackUpAsync(vault, before);
        var second = await test.BackUpAsync(vault, after);
        await vault.DeletePointAsync(test.Source, first.PointId, Ct);
        if (!otherPackGoes)
        {
            // So that its map goes: nothing but needed packs is left of it.
            await vault.CollectGarbageAsync(AtOnce, null, Ct);
        }

        var packs = Path.Combine(test.StorePath, "packs", first.PointId.ToString());
        var away = packs + ".away";
        var names = NeededPacks(vault, first.PointId, after);
        var needed = Directory.GetFiles(packs).Where(p => names.Contains(Path.GetFileName(p))).ToList();
        Assert.Equal(otherPackGoes, Directory.GetFiles(packs).Length > needed.Count);
        Assert.NotEmpty(needed);
        Directory.CreateDirectory(away);
        needed.ForEach(p => File.Move(p, Path.Combine(away, Path.GetFileName(p))));

        await vault.CollectGarbageAsync(AtOnce, null, Ct);
        await vault.CollectGarbageAsync(AtOnce, null, Ct);

        Directory.CreateDirectory(packs);
        needed.ForEach(p => File.Move(Path.Combine(away, Path.GetFileName(p)), p));
        Directory.Delete(away);
        await using var other = await test.OpenAsync(options: new VaultOpenOptions());
        Assert.Equal(after, await TestVault.RestoreAsync(other, second.Disks[0]));
        Assert.True((await other.VerifyAsync([second], null, Ct)).IsHealthy);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 4)]
    public async Task A_run_writes_anew_what_its_budget_allows_and_one_pack_at_least(double budget, int mib)
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync(options: test.Options(packBytes: 1 << 20));
        var (before, after) = Halves(128);
        var first = await test.BackUpAsync(vault, before);
        var second = await test.BackUpAsync(vault, after);
        await vault.DeletePointAsync(test.Source, first.PointId, Ct);
        var progress = new List<GcProgress>();
        var result = await vault.CollectGarbageAsync(
            new GcOptions { Grace = TimeSpan.Zero, RepackBudget = budget }, new SynchronousProgress(progress.Add), Ct);
        Assert.InRange(result.RepackedBytes, (mib - 0.75) * (1 << 20), (mib + 0.25) * (1 << 20));
        Assert.Equal((result.PacksDropped, result.PacksDropped), Last(GcStage.Drop));
        Assert.Equal((1L, 1L), Last(GcStage.Mark));
        Assert.Equal(after, await TestVault.RestoreAsync(vault, second.Disks[0]));

        (long Done, long Total) Last(GcStage stage) => progress.Where(p => p.Stage == stage).Select(p => (p.Done, p.Total)).Last();
    }

    /// <summary>The names of a session's packs that hold a chunk of a disk.</summary>
    private static HashSet<string> NeededPacks(BackupVault vault, PointId session, byte[] disk)
    {
        var needed = new HashSet<string>();
        for (var at = 0; at < disk.Length; at += TestVault.Chunk)
        {
            var id = SessionStore.IdOf(vault.Keys.ChunkId, disk.AsSpan(at, TestVault.Chunk));
            if (vault.Index.TryFind(id, healthyOnly: true, out var found) && found.Pack.Session == session)
            {
                needed.Add(found.Pack.Id.ToString());
            }
        }

        return needed;
    }

    /// <summary>Two disks that have every other chunk in common.</summary>
    private static (byte[] Before, byte[] After) Halves(int chunks)
    {
        var (before, after) = (TestVault.RandomDisk(1, chunks), TestVault.RandomDisk(2, chunks));
        for (var i = 0; i < chunks; i += 2)
        {
            before.AsSpan(i * TestVault.Chunk, TestVault.Chunk).CopyTo(after.AsSpan(i * TestVault.Chunk));
        }

        return (before, after);
    }

    private sealed class SynchronousProgress(Action<GcProgress> report) : IProgress<GcProgress>
    {
        public void Report(GcProgress value) => report(value);
    }
}
