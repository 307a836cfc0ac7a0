namespace Holdfast.Vault.Tests;

public sealed class GarbageTests
{
    private static readonly GcOptions AtOnce = new() { Grace = TimeSpan.Zero, RepackBudget = 1 };

    private static CancellationToken Ct => TestVault.Ct;

    [Fact]
    public async Task Space_of_deleted_points_comes_back_and_the_others_stay_whole()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync(options: Small(test));
        var (disk1, disk2) = (TestVault.SomeDisk(1, 4 << 20), TestVault.SomeDisk(2, 4 << 20));
        var gone = await test.BackUpAsync(vault, disk1);
        var kept = await test.BackUpAsync(vault, disk2);
        await vault.DeletePointAsync(test.Source, gone.PointId, Ct);
        var before = PackBytes(test);
        var result = await vault.CollectGarbageAsync(AtOnce, null, Ct);
        Assert.True(result.PacksDropped > 0 && result.DroppedBytes > 0 && result.PacksCondemned == 0);
        Assert.Equal(before - result.DroppedBytes + result.RepackedBytes, PackBytes(test), 100_000.0);
        Assert.Equal(disk2, await TestVault.RestoreAsync(vault, kept.Disks[0]));
        Assert.False(Directory.Exists(Path.Combine(test.StorePath, "packs", gone.PointId.ToString())));
        Assert.False(Directory.Exists(Path.Combine(test.StorePath, "retired", test.Source.ToString())));
        await using var other = await test.OpenAsync(options: new VaultOpenOptions());
        Assert.Equal(disk2, await TestVault.RestoreAsync(other, kept.Disks[0]));
        Assert.True((await other.VerifyAsync([kept], null, Ct)).IsHealthy);
        Assert.Equal(0, (await other.GetInfoAsync(Ct)).DamagedPacks);
    }

    [Fact]
    public async Task What_is_still_needed_of_a_sparse_pack_is_written_anew()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var before = TestVault.RandomDisk(1, 32);
        var after = TestVault.RandomDisk(2, 32);
        // One chunk in eight of the first point lives on in the second.
        for (var i = 0; i < 32; i += 8)
        {
            before.AsSpan(i * TestVault.Chunk, TestVault.Chunk).CopyTo(after.AsSpan(i * TestVault.Chunk));
        }

        var first = await test.BackUpAsync(vault, before);
        var second = await test.BackUpAsync(vault, after);
        await vault.DeletePointAsync(test.Source, first.PointId, Ct);
        var result = await vault.CollectGarbageAsync(AtOnce, null, Ct);
        Assert.True(result.PacksRepacked > 0);
        Assert.InRange(result.RepackedBytes, 4 * TestVault.Chunk, 6 * TestVault.Chunk);
        Assert.Equal(after, await TestVault.RestoreAsync(vault, second.Disks[0]));
        await using var other = await test.OpenAsync(options: new VaultOpenOptions());
        Assert.Single(await other.ListPointsAsync(null, Ct));
        Assert.Equal(after, await TestVault.RestoreAsync(other, second.Disks[0]));
        Assert.True((await other.VerifyAsync([second], null, Ct)).IsHealthy);
        var statistics = await other.GetStatisticsAsync(null, Ct);
        Assert.True(statistics.ReclaimableBytes < TestVault.Chunk, $"{statistics}");
        Assert.Equal(0, (await other.CollectGarbageAsync(AtOnce, null, Ct)).PacksDropped);
    }

    [Theory]
    [InlineData(ChunkCompression.Off, 8, 10)]
    [InlineData(ChunkCompression.Default, 0, 2)]
    public async Task What_is_written_anew_stays_compressed_as_it_was(ChunkCompression compression, int chunksMin, int chunksMax)
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var (before, after) = (Text(1), Text(2));
        // A quarter of the first point lives on in the second.
        for (var i = 0; i < 32; i += 4)
        {
            before.AsSpan(i * TestVault.Chunk, TestVault.Chunk).CopyTo(after.AsSpan(i * TestVault.Chunk));
        }

        var first = await BackUpAsync(before);
        var second = await BackUpAsync(after);
        await vault.DeletePointAsync(test.Source, first.PointId, Ct);
        var result = await vault.CollectGarbageAsync(AtOnce, null, Ct);
        Assert.True(result.PacksRepacked > 0);
        Assert.InRange(result.RepackedBytes, chunksMin * TestVault.Chunk, chunksMax * TestVault.Chunk);
        Assert.Equal(after, await TestVault.RestoreAsync(vault, second.Disks[0]));

        async Task<Point> BackUpAsync(byte[] disk)
        {
            await using var session = await vault.OpenSessionAsync(test.Source, compression, Ct);
            await TestVault.WriteDiskAsync(vault, session, disk);
            return await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct);
        }

        static byte[] Text(int seed) =>
            [.. Enumerable.Range(0, 32).SelectMany(c => Enumerable.Range(0, TestVault.Chunk / 32).SelectMany(i => System.Text.Encoding.ASCII.GetBytes($"disk {seed:d2} chunk {c:d3} line {i:d8}\n")))];
    }

    [Fact]
    public async Task A_dry_run_changes_nothing_and_tells_what_would_go()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var point = await test.BackUpAsync(vault, TestVault.RandomDisk(1, 16));
        await vault.DeletePointAsync(test.Source, point.PointId, Ct);
        var before = Directory.GetFiles(test.StorePath, "*", SearchOption.AllDirectories).Order();
        var result = await vault.CollectGarbageAsync(new GcOptions { DryRun = true }, null, Ct);
        Assert.True(result.PacksCondemned >= 2 && result.CondemnedBytes > 16 * TestVault.Chunk && result.PacksDropped == 0);
        Assert.Equal(before, Directory.GetFiles(test.StorePath, "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public async Task An_open_session_holds_the_packs_that_it_may_rely_on()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var disk = TestVault.RandomDisk(1, 16);
        var first = await test.BackUpAsync(vault, disk);
        await using var writing = await test.OpenAsync(options: new VaultOpenOptions());
        Point second;
        await using (var session = await writing.OpenSessionAsync(test.Source, Ct))
        {
            await TestVault.WriteDiskAsync(writing, session, disk);
            await vault.DeletePointAsync(test.Source, first.PointId, Ct);
            var waiting = await vault.CollectGarbageAsync(AtOnce, null, Ct);
            Assert.Equal(session.PointId, Assert.Single(waiting.WaitingFor).PointId);
            Assert.Equal(0, waiting.PacksDropped);
            second = await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct);
        }

        Assert.True(second.Statistics.NewBytes == 0, "it found everything in the vault");
        var result = await vault.CollectGarbageAsync(AtOnce, null, Ct);
        Assert.True(result.PacksKept > 0 && result.PacksDropped == 0);
        Assert.Equal(disk, await TestVault.RestoreAsync(vault, second.Disks[0]));
    }

    [Fact]
    public async Task A_session_that_begins_after_packs_were_condemned_does_not_rely_on_them()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var disk = TestVault.RandomDisk(1, 16);
        var first = await test.BackUpAsync(vault, disk);
        await vault.DeletePointAsync(test.Source, first.PointId, Ct);
        var condemned = await vault.CollectGarbageAsync(new GcOptions(), null, Ct);
        Assert.True(condemned.PacksCondemned > 0 && condemned.DroppableFrom is not null);
        var second = await test.BackUpAsync(vault, disk);
        Assert.Equal(disk.Length, second.Statistics.NewBytes);
        Assert.Equal(condemned.PacksCondemned, (await vault.CollectGarbageAsync(AtOnce, null, Ct)).PacksDropped);
        Assert.Equal(disk, await TestVault.RestoreAsync(vault, second.Disks[0]));
    }

    [Fact]
    public async Task A_session_cannot_be_based_on_a_point_that_is_gone()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var point = await test.BackUpAsync(vault, TestVault.RandomDisk(1, 16));
        await vault.DeletePointAsync(test.Source, point.PointId, Ct);
        await using var session = await vault.OpenSessionAsync(test.Source, Ct);
        var error = Assert.Throws<VaultException>(
            () => session.BeginDisk(new DiskSpec("vda", 16 * TestVault.Chunk, TestVault.Chunk, "id"), point.Disks[0]));
        Assert.Equal(VaultErrorKind.PointNotFound, error.Kind);
    }

    [Fact]
    public async Task Nothing_is_dropped_while_a_point_cannot_be_read()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var gone = await test.BackUpAsync(vault, TestVault.RandomDisk(1, 16));
        var bad = await test.BackUpAsync(vault, TestVault.RandomDisk(2, 16));
        await vault.DeletePointAsync(test.Source, gone.PointId, Ct);
        var path = Path.Combine(test.StorePath, $"points/{test.Source}/{bad.PointId}");
        await Damage.DoAsync("flip", path, path);
        var result = await vault.CollectGarbageAsync(AtOnce, null, Ct);
        Assert.Equal(bad.PointId, Assert.Single(result.Unreadable).PointId);
        Assert.Equal(0, result.PacksDropped + result.PacksCondemned);
        // Who gives the point up gets the space back.
        await vault.DeletePointAsync(test.Source, bad.PointId, Ct);
        Assert.True((await vault.CollectGarbageAsync(AtOnce, null, Ct)).PacksDropped >= 4);
    }

    [Fact]
    public async Task A_full_store_gives_its_space_back()
    {
        await using var test = await TestVault.CreateAsync();
        Point point;
        await using (var vault = await test.OpenAsync())
        {
            point = await test.BackUpAsync(vault, TestVault.RandomDisk(1, 32));
        }

        var full = new FullStore(test.Local);
        await using var other = await test.OpenAsync(full);
        await other.DeletePointAsync(test.Source, point.PointId, Ct);
        var result = await other.CollectGarbageAsync(AtOnce, null, Ct);
        Assert.True(result.PacksDropped > 0 && full.Refused > 0);
    }

    [Fact]
    public async Task Two_collections_at_once_are_refused()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await using (await GcLease.TakeAsync(vault.Store, vault.Keys, vault.Sessions, vault.Options, new DeadSessionOptions(), Ct))
        {
            var error = await Assert.ThrowsAsync<VaultException>(() => vault.CollectGarbageAsync(AtOnce, null, Ct));
            Assert.Equal(VaultErrorKind.Conflict, error.Kind);
        }

        await vault.CollectGarbageAsync(AtOnce, null, Ct);
    }

    [Fact]
    public async Task Statistics_tell_how_well_the_vault_is_packed()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var disk = TestVault.RandomDisk(1, 16);
        await test.BackUpAsync(vault, disk);
        var second = await test.BackUpAsync(vault, disk);
        var statistics = await vault.GetStatisticsAsync(null, Ct);
        Assert.Equal((2, 2L * disk.Length, 2L * disk.Length, (long)disk.Length), (statistics.Points, statistics.LogicalBytes, statistics.DataBytes, statistics.UniqueBytes));
        Assert.Equal(2, statistics.DedupRatio);
        Assert.Equal(0, statistics.ReclaimableBytes);
        await vault.DeletePointAsync(test.Source, second.PointId, Ct);
        Assert.Equal(0, (await vault.GetStatisticsAsync(null, Ct)).ReclaimableBytes);
    }

    [Fact]
    public void A_plan_takes_all_that_is_dead_and_the_emptiest_within_the_budget()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var packs = Enumerable.Range(0, random.Next(40)).Select(_ => Usage(random)).ToList();
            var budget = random.Next(20_000);
            var plan = GcPlan.Make(packs, 0.7, budget);
            Assert.Equal(packs.Where(p => p.NeededRecords == 0).ToHashSet(), plan.Dead.ToHashSet());
            Assert.True(plan.Repack.Sum(p => p.NeededBytes) <= budget);
            Assert.All(plan.Repack, p => Assert.True(p.NeededPart < 0.7 && p.Pack.Healthy));
            var fullest = plan.Repack.Select(p => p.NeededPart).DefaultIfEmpty(-1).Max();
            Assert.DoesNotContain(packs.Except(plan.All), p => p.Pack.Healthy && p.NeededPart < fullest && p.NeededPart > 0);
        }
    }

    [Fact]
    public void What_is_not_an_object_of_garbage_collection_is_told_as_damage()
    {
        var id = Guid.NewGuid();
        var list = new CondemnedList(
            id, DateTimeOffset.UnixEpoch, new Dictionary<PackId, PointId> { [new PackId(new byte[32])] = PointId.New() }, new HashSet<PointId> { PointId.New() });
        var good = GcFormat.WriteCondemned(list);
        var read = GcFormat.ReadCondemned(good, id)!;
        Assert.Equal((list.Packs.Single(), list.Retired.Single()), (read.Packs.Single(), read.Retired.Single()));
        var random = new Random(7);
        for (var i = 0; i < 5000; i++)
        {
            var bytes = good[..random.Next(good.Length + 1)];
            for (var flips = random.Next(4); flips > 0 && bytes.Length > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            // Never an exception: null, or something of the right shape.
            _ = GcFormat.ReadCondemned(bytes, id);
            _ = GcFormat.ReadPlan(bytes);
            _ = GcFormat.ReadWaits(bytes);
            _ = GcFormat.ReadVerdict(bytes);
        }
    }

    private static VaultOpenOptions Small(TestVault test) => test.Options(packBytes: 256 * 1024, segmentEntries: 8);

    private static PackUsage Usage(Random random)
    {
        var id = new byte[32];
        random.NextBytes(id);
        var usage = new PackUsage(new PackInfo(new PackId(id), PointId.New(), PackKind.Data) { Healthy = random.Next(5) > 0 });
        var isDead = random.Next(4) == 0;
        for (var i = random.Next(1, 20); i > 0; i--)
        {
            usage.Add(random.Next(1, 500), !isDead && random.Next(2) == 0);
        }

        return usage;
    }

    private static double PackBytes(TestVault test) =>
        new DirectoryInfo(Path.Combine(test.StorePath, "packs")).GetFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

    /// <summary>Takes nothing new before something of the same size was deleted.</summary>
    private sealed class FullStore(IObjectStore inner) : IObjectStore
    {
        private long _free;

        public int Refused { get; private set; }

        public string Description => inner.Description;

        public ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            if (content.Length > _free)
            {
                Refused++;
                throw new VaultException(VaultErrorKind.NoSpace, "The store is full.");
            }

            _free -= content.Length;
            return inner.CreateAsync(name, content, ct);
        }

        public ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct) =>
            throw new VaultException(VaultErrorKind.NoSpace, "The store is full.");

        public ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => inner.GetSizeAsync(name, ct);

        public ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct) => inner.ReadAsync(name, offset, target, ct);

        public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken ct) => inner.ListAsync(prefix, ct);

        public async ValueTask DeleteAsync(ObjectName name, CancellationToken ct)
        {
            _free += await inner.GetSizeAsync(name, ct) ?? 0;
            await inner.DeleteAsync(name, ct);
        }

        public ValueTask RemoveRemainsAsync(CancellationToken ct) => inner.RemoveRemainsAsync(ct);
    }
}
