namespace Holdfast.Vault.Tests;

public sealed class ImmutabilityTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ImmutabilityState.Unlocked)]
    [InlineData(ImmutabilityState.Locked)]
    public async Task A_point_stays_for_the_vaults_days_and_goes_afterwards(ImmutabilityState state)
    {
        var time = new FixedTime(Start);
        await using var test = await TestVault.CreateAsync();
        await using var vault = await OpenAsync(test, time);
        await vault.SetImmutabilityAsync(new(state, 30), Ct);
        var point = await BackUpAsync(test, vault, time);

        time.Now = Start.AddDays(30).AddSeconds(-1);
        var refused = await Assert.ThrowsAsync<VaultException>(() => vault.DeletePointAsync(test.Source, point.PointId, Ct));
        Assert.Equal(VaultErrorKind.PointLocked, refused.Kind);
        Assert.Equal(Start.AddDays(30), refused.Until);
        Assert.Equal(Start.AddDays(30), Assert.Single(await vault.ListPointsAsync(null, Ct)).LockedUntilUtc);

        time.Now = Start.AddDays(30);
        await vault.DeletePointAsync(test.Source, point.PointId, Ct);
        Assert.Empty(await vault.ListPointsAsync(null, Ct));
    }

    [Fact]
    public async Task Collecting_garbage_takes_nothing_from_a_locked_vaults_points()
    {
        var time = new FixedTime(Start);
        await using var test = await TestVault.CreateAsync();
        await using var vault = await OpenAsync(test, time);
        await vault.SetImmutabilityAsync(new(ImmutabilityState.Locked, 30), Ct);
        var disk = TestVault.SomeDisk(1, 700_000);
        var point = await BackUpAsync(test, vault, time, disk);
        await Assert.ThrowsAsync<VaultException>(() => vault.DeletePointAsync(test.Source, point.PointId, Ct));
        await vault.CollectGarbageAsync(new GcOptions { Grace = TimeSpan.Zero }, null, Ct);
        Assert.Equal(disk, await TestVault.RestoreAsync(vault, point.Disks[0]));

        // A collection's own repacking isn't hindered by the lock.
        time.Now = Start.AddDays(10);
        var half = (byte[])disk.Clone();
        TestVault.SomeDisk(2, 350_000).CopyTo(half, 0);
        var second = await BackUpAsync(test, vault, time, half);
        time.Now = Start.AddDays(31);
        await vault.DeletePointAsync(test.Source, point.PointId, Ct);
        await vault.CollectGarbageAsync(new GcOptions { Grace = TimeSpan.Zero, RepackBelow = 1, RepackBudget = 1 }, null, Ct);
        await vault.CollectGarbageAsync(new GcOptions { Grace = TimeSpan.Zero }, null, Ct);
        Assert.Equal(half, await TestVault.RestoreAsync(vault, second.Disks[0]));
    }

    [Fact]
    public async Task A_lock_is_not_taken_back_or_shortened_by_anybody_with_the_passphrase()
    {
        var time = new FixedTime(Start);
        await using var test = await TestVault.CreateAsync();
        await using var vault = await OpenAsync(test, time);
        await vault.SetImmutabilityAsync(new(ImmutabilityState.Unlocked, 90), Ct);
        await vault.SetImmutabilityAsync(VaultImmutability.None, Ct);
        await vault.SetImmutabilityAsync(new(ImmutabilityState.Unlocked, 90), Ct);
        await vault.SetImmutabilityAsync(new(ImmutabilityState.Locked, 30), Ct);
        foreach (var less in (VaultImmutability[])[VaultImmutability.None, new(ImmutabilityState.Unlocked, 90), new(ImmutabilityState.Locked, 29)])
        {
            await using var another = await OpenAsync(test, time);
            var refused = await Assert.ThrowsAsync<VaultException>(() => another.SetImmutabilityAsync(less, Ct));
            Assert.Equal(VaultErrorKind.LockedForGood, refused.Kind);
        }

        await vault.SetImmutabilityAsync(new(ImmutabilityState.Locked, 31), Ct);
        Assert.Equal(new(ImmutabilityState.Locked, 31), await vault.GetImmutabilityAsync(Ct));
        Assert.Equal(new(ImmutabilityState.Locked, 31), (await vault.GetInfoAsync(Ct)).Immutability);
    }

    [Fact]
    public async Task A_lock_made_elsewhere_counts_for_a_vault_that_is_open()
    {
        var time = new FixedTime(Start);
        await using var test = await TestVault.CreateAsync();
        await using var open = await OpenAsync(test, time);
        var point = await BackUpAsync(test, open, time);
        await using (var another = await OpenAsync(test, time))
        {
            await another.SetImmutabilityAsync(new(ImmutabilityState.Locked, 5), Ct);
        }

        Assert.Equal(
            VaultErrorKind.PointLocked, (await Assert.ThrowsAsync<VaultException>(() => open.DeletePointAsync(test.Source, point.PointId, Ct))).Kind);
        // The marks that anybody may change don't matter.
        await open.SetRetentionAsync(test.Source, point.PointId, RetentionMark.None, Ct);
        await Assert.ThrowsAsync<VaultException>(() => open.DeletePointAsync(test.Source, point.PointId, Ct));
    }

    [Fact]
    public async Task A_lock_that_is_set_while_a_deletion_begins_stops_it()
    {
        var time = new FixedTime(Start);
        await using var test = await TestVault.CreateAsync();
        var store = new HookedStore(test.Local);
        await using var vault = await OpenAsync(test, time, store);
        await using var another = await OpenAsync(test, time);
        var point = await BackUpAsync(test, vault, time);
        store.BeforeCreate = async _ =>
        {
            store.BeforeCreate = null;
            await another.SetImmutabilityAsync(new(ImmutabilityState.Locked, 5), Ct);
        };
        Assert.Equal(
            VaultErrorKind.PointLocked, (await Assert.ThrowsAsync<VaultException>(() => vault.DeletePointAsync(test.Source, point.PointId, Ct))).Kind);

        // Nor does a clean-up go on with it.
        await another.CleanUpDeadSessionsAsync(new DeadSessionOptions(), Ct);
        Assert.Equal(RetentionMark.None, Assert.Single(await another.ListPointsAsync(null, Ct)).Retention);
    }

    [Fact]
    public async Task The_date_in_a_point_holds_even_if_the_vaults_description_is_put_back()
    {
        var time = new FixedTime(Start);
        await using var test = await TestVault.CreateAsync();
        var before = Directory.GetFiles(Path.Combine(test.StorePath, "config")).ToDictionary(f => Path.GetFileName(f)!, File.ReadAllBytes);
        PointId point;
        await using (var vault = await OpenAsync(test, time))
        {
            await vault.SetImmutabilityAsync(new(ImmutabilityState.Locked, 30), Ct);
            point = (await BackUpAsync(test, vault, time)).PointId;
        }

        Directory.Delete(Path.Combine(test.StorePath, "config"), recursive: true);
        Directory.CreateDirectory(Path.Combine(test.StorePath, "config"));
        foreach (var (name, bytes) in before)
        {
            await File.WriteAllBytesAsync(Path.Combine(test.StorePath, "config", name), bytes, Ct);
        }

        await using var again = await OpenAsync(test, time);
        Assert.Equal(ImmutabilityState.Disabled, (await again.GetImmutabilityAsync(Ct)).State);
        Assert.Equal(VaultErrorKind.PointLocked, (await Assert.ThrowsAsync<VaultException>(() => again.DeletePointAsync(test.Source, point, Ct))).Kind);
    }

    [Theory]
    [InlineData(RetentionSupport.Enforced)]
    [InlineData(RetentionSupport.Revocable)]
    public async Task A_store_that_keeps_dates_is_said_to_do_so_for_good_only_if_nobody_can_end_that(RetentionSupport support)
    {
        var time = new FixedTime(Start);
        await using var test = await TestVault.CreateAsync();
        var store = new RetainingTestStore(test.Local, time, support);
        await using var vault = await OpenAsync(test, time, store);
        var (_, probe) = await vault.SetImmutabilityAsync(new(ImmutabilityState.Locked, 30), Ct);
        Assert.Equal(support, probe?.Support);
        Assert.NotEmpty(store.Dates);
        var info = await vault.GetInfoAsync(Ct);
        Assert.Equal((support is RetentionSupport.Enforced, support is RetentionSupport.Revocable), (info.StoreKeepsDates, info.StoreDatesAreRevocable));
    }

    [Fact]
    public async Task A_store_that_keeps_dates_gets_them_for_points_and_for_the_packs_that_they_need()
    {
        var time = new FixedTime(Start);
        await using var test = await TestVault.CreateAsync();
        var store = new RetainingTestStore(test.Local, time);
        var disk = TestVault.SomeDisk(3, 900_000);
        Point first;
        await using (var vault = await OpenAsync(test, time, store))
        {
            first = await BackUpAsync(test, vault, time, disk);
            Assert.Empty(store.Dates);
            var (_, probe) = await vault.SetImmutabilityAsync(new(ImmutabilityState.Locked, 30), Ct);
            Assert.Equal(RetentionSupport.Enforced, probe!.Support);
            Assert.True((await vault.GetInfoAsync(Ct)).StoreKeepsDates);
        }

        var packs = Directory.GetFiles(Path.Combine(test.StorePath, "packs"), "*", SearchOption.AllDirectories)
            .Select(p => Path.GetRelativePath(test.StorePath, p)).ToList();
        Assert.NotEmpty(packs);
        Assert.All(packs, p => Assert.Equal(Start.AddDays(30), store.Dates[p]));
        Assert.Equal(Start.AddDays(30), store.Dates[$"points/{test.Source}/{first.PointId}"]);

        // A later point that needs the same packs keeps them longer, from the next collection on.
        time.Now = Start.AddDays(20);
        await using (var vault = await OpenAsync(test, time, store))
        {
            await BackUpAsync(test, vault, time, disk);
            await vault.CollectGarbageAsync(new GcOptions(), null, Ct);
            Assert.All(packs, p => Assert.Equal(Start.AddDays(50), store.Dates[p]));
            time.Now = Start.AddDays(31);
            await vault.DeletePointAsync(test.Source, first.PointId, Ct);
        }
    }

    [Theory]
    [InlineData(RetentionSupport.Unsupported)]
    [InlineData(RetentionSupport.NotEnforced)]
    public async Task A_store_that_cannot_keep_dates_is_given_none_and_the_locked_vault_is_used_all_the_same(RetentionSupport support)
    {
        var time = new FixedTime(Start);
        await using var test = await TestVault.CreateAsync();
        var store = new RetainingTestStore(test.Local, time, support);
        await using var vault = await OpenAsync(test, time, store);
        var (set, probe) = await vault.SetImmutabilityAsync(new(ImmutabilityState.Locked, 30), Ct);
        Assert.Equal((ImmutabilityState.Locked, support), (set.State, probe?.Support));
        var point = await BackUpAsync(test, vault, time);
        await vault.CollectGarbageAsync(new GcOptions { Grace = TimeSpan.Zero }, null, Ct);
        Assert.Empty(store.Dates);
        Assert.False((await vault.GetInfoAsync(Ct)).StoreKeepsDates);
        Assert.Equal(
            VaultErrorKind.PointLocked, (await Assert.ThrowsAsync<VaultException>(() => vault.DeletePointAsync(test.Source, point.PointId, Ct))).Kind);
    }

    [Fact]
    public async Task A_pack_that_the_store_keeps_stays_known_and_goes_when_its_date_is_over()
    {
        var time = new FixedTime(Start);
        await using var test = await TestVault.CreateAsync();
        var store = new RetainingTestStore(test.Local, time);
        await using var vault = await OpenAsync(test, time, store);
        var point = await BackUpAsync(test, vault, time, TestVault.SomeDisk(4, 500_000));
        await vault.RefreshAsync(Ct);
        Assert.NotEmpty(vault.Index.Packs);
        foreach (var pack in vault.Index.Packs.Values)
        {
            await store.RetainUntilAsync(pack.Name, Start.AddDays(3), Ct);
        }

        await vault.DeletePointAsync(test.Source, point.PointId, Ct);
        var before = vault.Index.Packs.Count;
        Assert.Equal(0, (await vault.CollectGarbageAsync(new GcOptions { Grace = TimeSpan.Zero }, null, Ct)).PacksDropped);
        Assert.Equal(before, vault.Index.Packs.Values.Count(p => p.Healthy));
        time.Now = Start.AddDays(4);
        Assert.Equal(before, (await vault.CollectGarbageAsync(new GcOptions { Grace = TimeSpan.Zero }, null, Ct)).PacksDropped);
        Assert.Empty(vault.Index.Packs);
    }

    // What the verdict of a collector that stood still says, it says for as long as there is something to delete by it.
    [Fact]
    public async Task A_pack_that_the_store_kept_from_a_collector_isnt_relied_on_any_more_since_another_that_stood_still_may_delete_it_late()
    {
        var time = new FixedTime(Start);
        await using var test = await TestVault.CreateAsync();
        var store = new RetainingTestStore(test.Local, time);
        var (late, next) = (new HookedStore(store), new HookedStore(store));
        await using var vault = await OpenAsync(test, time, store);
        await using var paused = await OpenAsync(test, time, late);
        await using var other = await OpenAsync(test, time, next);
        var disk = TestVault.SomeDisk(4, 500_000);
        var gone = await BackUpAsync(test, vault, time, disk);
        await vault.RefreshAsync(Ct);
        foreach (var pack in vault.Index.Packs.Values)
        {
            await store.RetainUntilAsync(pack.Name, Start.AddDays(3), Ct);
        }

        await vault.DeletePointAsync(test.Source, gone.PointId, Ct);
        GcOptions now = new() { Grace = TimeSpan.Zero };
        Point? again = null;
        next.BeforeCreate = async name =>
        {
            // Between what the other collector ended and what it begins.
            if (again is null && name.Value.EndsWith("/condemned", StringComparison.Ordinal))
            {
                again = await BackUpAsync(test, vault, time, disk);
            }
        };
        late.BeforeDelete = async names =>
        {
            if (names.Any(n => n.Value.StartsWith(Names.Packs, StringComparison.Ordinal)))
            {
                late.BeforeDelete = null;
                foreach (var lease in (await other.ListSessionsAsync(Ct)).Where(l => l.SourceId == GcLease.Source))
                {
                    await other.RevokeSessionAsync(lease.SourceId, lease.PointId, Ct);
                }

                Assert.Equal(0, (await other.CollectGarbageAsync(now, null, Ct)).PacksDropped);
                again ??= await BackUpAsync(test, vault, time, disk);
                time.Now = Start.AddDays(4);
            }
        };

        var stopped = await Assert.ThrowsAsync<VaultException>(() => paused.CollectGarbageAsync(now, null, Ct));

        Assert.Equal(VaultErrorKind.SessionRevoked, stopped.Kind);
        await using var reader = await OpenAsync(test, time);
        Assert.Equal(disk, await TestVault.RestoreAsync(reader, again!.Disks[0]));

        // And the round ends when its packs are gone.
        await other.CollectGarbageAsync(now, null, Ct);
        Assert.DoesNotContain(await test.Local.ListAllAsync(Names.Gc, Ct), o => o.Name.Value.EndsWith("/condemned", StringComparison.Ordinal));
        Assert.Equal(disk, await TestVault.RestoreAsync(reader, again.Disks[0]));
    }

    private static Task<BackupVault> OpenAsync(TestVault test, TimeProvider time, IObjectStore? store = null) =>
        test.OpenAsync(store, options: new VaultOpenOptions { TimeProvider = time, PackBytesTarget = 1 << 18, IndexSegmentEntriesMax = 64, Parallelism = 2, HeartbeatInterval = TimeSpan.FromHours(1) });

    private static async Task<Point> BackUpAsync(TestVault test, BackupVault vault, FixedTime time, byte[]? disk = null)
    {
        await using var session = await vault.OpenSessionAsync(test.Source, Ct);
        await TestVault.WriteDiskAsync(vault, session, disk ?? TestVault.SomeDisk(1, 200_000));
        return await session.CommitAsync("{}"u8.ToArray(), time.Now, Ct);
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>A folder that keeps dates as an object store with object lock does.</summary>
    private sealed class RetainingTestStore(IObjectStore inner, TimeProvider time, RetentionSupport support = RetentionSupport.Enforced) : IObjectStore, IRetainingStore
    {
        private Func<ObjectName, DateTimeOffset?>? _rule;

        public System.Collections.Concurrent.ConcurrentDictionary<string, DateTimeOffset> Dates { get; } = new();

        public string Description => inner.Description;

        public async ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            Note(name);
            return await inner.CreateAsync(name, content, ct);
        }

        public ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct)
        {
            Note(name);
            return inner.BeginCreateAsync(name, ct);
        }

        public ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => inner.GetSizeAsync(name, ct);

        public ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct) => inner.ReadAsync(name, offset, target, ct);

        public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken ct) => inner.ListAsync(prefix, ct);

        public ValueTask DeleteAsync(ObjectName name, CancellationToken ct) => Dates.TryGetValue(name.Value, out var until) && until > time.GetUtcNow()
            ? throw new VaultException(VaultErrorKind.Retained, $"{name} is kept until {until:u}.")
            : inner.DeleteAsync(name, ct);

        public ValueTask RemoveRemainsAsync(CancellationToken ct) => inner.RemoveRemainsAsync(ct);

        public ValueTask<RetentionProbe> ProbeRetentionAsync(CancellationToken ct) => new(new RetentionProbe(support, "What was seen."));

        public ValueTask RetainUntilAsync(ObjectName name, DateTimeOffset until, CancellationToken ct)
        {
            if (support is RetentionSupport.Unsupported)
            {
                throw new VaultException(VaultErrorKind.Unsupported, "No object lock.");
            }

            Dates.AddOrUpdate(name.Value, until, (_, old) => old > until ? old : until);
            return ValueTask.CompletedTask;
        }

        public ValueTask<ObjectRetention?> GetRetentionAsync(ObjectName name, CancellationToken ct) =>
            new(Dates.TryGetValue(name.Value, out var until) ? new ObjectRetention(until, support is RetentionSupport.Enforced) : null);

        public void RetainNewObjects(Func<ObjectName, DateTimeOffset?>? untilOf) => _rule = untilOf;

        public ValueTask RetainNewAsync(ObjectName name, CancellationToken ct)
        {
            Note(name);
            return default;
        }

        private void Note(ObjectName name)
        {
            if (support is RetentionSupport.Enforced or RetentionSupport.Revocable && _rule?.Invoke(name) is { } until)
            {
                Dates[name.Value] = until;
            }
        }
    }
}
