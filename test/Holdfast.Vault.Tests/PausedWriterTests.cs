using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Vault.Tests;

/// <summary>What somebody does who stood still between looking and writing, while others went on; and what can't be read for just that moment.</summary>
public sealed class PausedWriterTests
{
    private static CancellationToken Ct => TestVault.Ct;

    [Fact]
    public async Task A_page_of_the_base_that_cant_be_read_any_more_doesnt_become_zeros()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var disk = TestVault.RandomDisk(1, MapShape.PageIds + 8);
        var before = await test.BackUpAsync(vault, disk);
        var after = (byte[])disk.Clone();

        // Something changed under each leaf, so that the root as a whole is written anew.
        after[0] ^= 1;
        after[MapShape.PageIds * TestVault.Chunk] ^= 1;

        await using var session = await vault.OpenSessionAsync(test.Source, Ct);
        Assert.Empty(await vault.FindUnreadableChunksAsync(before.Disks[0], Ct).ToListAsync(Ct));
        foreach (var pack in MapPacks(test))
        {
            File.Delete(pack);
        }

        var refused = await Assert.ThrowsAsync<VaultException>(async () =>
        {
            await TestVault.WriteDiskAsync(vault, session, after, before.Disks[0], disk);
            await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct);
        });
        Assert.Equal(VaultErrorKind.Damaged, refused.Kind);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_change_of_the_lock_that_comes_late_doesnt_undo_it(int pause)
    {
        await using var test = await TestVault.CreateAsync();
        await using var admin = await OpenAsync(test);
        await admin.SetImmutabilityAsync(new(ImmutabilityState.Unlocked, 30), Ct);
        var (store, lists, isLocked) = (new HookedStore(test.Local), 0, false);
        await using var late = await OpenAsync(test, store);
        store.BeforeList = async prefix =>
        {
            if (prefix == "config/" && ++lists == pause)
            {
                isLocked = await Record.ExceptionAsync(() => admin.SetImmutabilityAsync(new(ImmutabilityState.Locked, 30), Ct)) is null;
            }
        };

        _ = await Record.ExceptionAsync(() => late.SetImmutabilityAsync(VaultImmutability.None, Ct));

        Assert.True(isLocked);
        await using var other = await OpenAsync(test);
        Assert.Equal(ImmutabilityState.Locked, (await other.GetImmutabilityAsync(Ct)).State);
    }

    [Fact]
    public async Task A_point_that_was_protected_twice_while_its_deletion_stood_still_stays()
    {
        await using var test = await TestVault.CreateAsync();
        await using var admin = await OpenAsync(test);
        var point = await test.BackUpAsync(admin, TestVault.RandomDisk(1, 4));
        var store = new HookedStore(test.Local);
        await using var deleter = await OpenAsync(test, store);
        store.BeforeCreate = Once("retention/", async () =>
        {
            await admin.SetRetentionAsync(test.Source, point.PointId, new RetentionMark(false, DateTimeOffset.MaxValue), Ct);
            await admin.SetRetentionAsync(test.Source, point.PointId, new RetentionMark(true, null), Ct);
        });

        var refused = await Assert.ThrowsAsync<VaultException>(() => deleter.DeletePointAsync(test.Source, point.PointId, Ct));

        Assert.Equal(VaultErrorKind.Conflict, refused.Kind);
        Assert.True(Assert.Single(await admin.ListPointsAsync(null, Ct)).Retention.Protected);
    }

    [Fact]
    public async Task A_key_slot_is_removed_also_where_others_were_added_twice_meanwhile()
    {
        await using var test = await TestVault.CreateAsync();
        await using var admin = await OpenAsync(test);
        var leaked = await admin.AddPassphraseAsync("leaked passphrase", "leaked", Ct);
        var store = new HookedStore(test.Local);
        await using var remover = await OpenAsync(test, store);
        store.BeforeCreate = Once("keys/", async () =>
        {
            await admin.AddPassphraseAsync("another one", "x", Ct);
            await admin.AddPassphraseAsync("another two", "y", Ct);
        });

        await remover.RemoveKeySlotAsync(leaked.Id, Ct);

        var slots = await admin.ListKeySlotsAsync(Ct);
        Assert.DoesNotContain(slots, s => s.Id == leaked.Id);
        Assert.Contains(slots, s => s.Label == "y");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lock_that_was_set_before_the_deletions_mark_keeps_the_point(bool deleterDies)
    {
        await using var test = await TestVault.CreateAsync();
        await using var admin = await OpenAsync(test);
        await using var other = await OpenAsync(test);
        Point point;
        await using (var session = await admin.OpenSessionAsync(test.Source, Ct))
        {
            await TestVault.WriteDiskAsync(admin, session, TestVault.RandomDisk(1, 4));
            point = await session.CommitAsync("{}"u8.ToArray(), TimeProvider.System.GetUtcNow(), Ct);
        }

        var store = new HookedStore(test.Local);
        var deleter = await OpenAsync(test, store);
        store.BeforeCreate = Once("retention/", () => admin.SetImmutabilityAsync(new(ImmutabilityState.Locked, 30), Ct));
        store.AfterCreate = Once("retention/", async () =>
        {
            store.IsDead = deleterDies;
            await other.CleanUpDeadSessionsAsync(new DeadSessionOptions(), Ct);
        });

        await Assert.ThrowsAsync<VaultException>(() => deleter.DeletePointAsync(test.Source, point.PointId, Ct));

        await other.CleanUpDeadSessionsAsync(new DeadSessionOptions(), Ct);
        Assert.Equal(point.PointId, Assert.Single(await admin.ListPointsAsync(null, Ct)).PointId);
    }

    [Fact]
    public async Task Who_finishes_a_deletion_knows_of_the_lock_that_came_before_its_mark()
    {
        await using var test = await TestVault.CreateAsync();
        await using var admin = await OpenAsync(test);
        Point point;
        await using (var session = await admin.OpenSessionAsync(test.Source, Ct))
        {
            await TestVault.WriteDiskAsync(admin, session, TestVault.RandomDisk(1, 4));
            point = await session.CommitAsync("{}"u8.ToArray(), TimeProvider.System.GetUtcNow(), Ct);
        }

        var (dying, finishing, isMarked) = (new HookedStore(test.Local), new HookedStore(test.Local), false);
        var deleter = await OpenAsync(test, dying);
        await using var finisher = await OpenAsync(test, finishing);
        dying.BeforeCreate = Once("retention/", () => admin.SetImmutabilityAsync(new(ImmutabilityState.Locked, 30), Ct));
        dying.AfterCreate = Once("retention/", () =>
        {
            dying.IsDead = isMarked = true;
            return Task.CompletedTask;
        });
        finishing.BeforeList = async prefix =>
        {
            if (prefix.StartsWith("retention/", StringComparison.Ordinal) && !isMarked)
            {
                await Assert.ThrowsAsync<VaultException>(() => deleter.DeletePointAsync(test.Source, point.PointId, Ct));
            }
        };

        var refused = await Assert.ThrowsAsync<VaultException>(() => finisher.DeletePointAsync(test.Source, point.PointId, Ct));

        Assert.True(isMarked);
        Assert.Equal(VaultErrorKind.PointLocked, refused.Kind);
        Assert.Equal(point.PointId, Assert.Single(await admin.ListPointsAsync(null, Ct)).PointId);
    }

    [Fact]
    public async Task A_deletion_with_keys_that_were_renewed_meanwhile_is_told_so_and_the_lock_under_the_new_ones_keeps_the_point()
    {
        await using var test = await TestVault.CreateAsync();
        await using var admin = await OpenAsync(test);
        Point point;
        await using (var session = await admin.OpenSessionAsync(test.Source, Ct))
        {
            await TestVault.WriteDiskAsync(admin, session, TestVault.RandomDisk(1, 4));
            point = await session.CommitAsync("{}"u8.ToArray(), TimeProvider.System.GetUtcNow(), Ct);
        }

        var store = new HookedStore(test.Local);
        await using var deleter = await OpenAsync(test, store);
        BackupVault? renewed = null;
        store.BeforeCreate = Once("retention/", async () =>
        {
            await admin.RenewDataKeyAsync("the new passphrase", "new", Ct);
            renewed = await test.OpenAsync(credential: VaultCredential.FromPassphrase("the new passphrase"), options: new VaultOpenOptions());
            await renewed.SetImmutabilityAsync(new(ImmutabilityState.Locked, 30), Ct);
        });

        var refused = await Assert.ThrowsAsync<VaultException>(() => deleter.DeletePointAsync(test.Source, point.PointId, Ct));

        Assert.Equal(VaultErrorKind.KeysRenewed, refused.Kind);
        await renewed!.CleanUpDeadSessionsAsync(new DeadSessionOptions(), Ct);
        Assert.Equal(point.PointId, Assert.Single(await renewed.ListPointsAsync(null, Ct)).PointId);
        await renewed.DisposeAsync();
    }

    [Fact]
    public async Task A_renewal_whose_slots_cant_be_read_back_leaves_a_vault_that_opens()
    {
        await using var test = await TestVault.CreateAsync();
        var store = new HookedStore(test.Local);
        var renewer = await OpenAsync(test, store);
        store.AfterCreate = name =>
        {
            store.Unreadable ??= name.Value.StartsWith("keys/", StringComparison.Ordinal) && name.Value.EndsWith(".b", StringComparison.Ordinal) ? "keys/" : null;
            return Task.CompletedTask;
        };

        await Assert.ThrowsAsync<VaultException>(() => renewer.RenewDataKeyAsync("the new passphrase", "new", Ct));

        await using var vault = await OpenAsync(test);
        Assert.Empty(await vault.ListPointsAsync(null, Ct));
    }

    [Fact]
    public async Task A_deleted_point_that_a_session_is_based_on_counts_although_its_map_is_away()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var test = await TestVault.CreateAsync();
        VaultOpenOptions options = new() { TimeProvider = time, PackBytesTarget = 1 << 20, Parallelism = 2 };
        await using var vault = await test.OpenAsync(options: options);
        await using var collector = await test.OpenAsync(options: options);
        var first = TestVault.RandomDisk(1, 16);
        var firstPoint = await test.BackUpAsync(vault, first);

        // The base has two chunks of the first point's pack, below a page that the session inherits without reading it.
        var disk = new byte[(MapShape.PageIds + 8) * TestVault.Chunk];
        TestVault.RandomDisk(2, 4).CopyTo(disk, 0);
        first.AsSpan(0, 2 * TestVault.Chunk).CopyTo(disk.AsSpan(MapShape.PageIds * TestVault.Chunk));
        var based = await test.BackUpAsync(vault, disk, day: 2);
        await vault.DeletePointAsync(test.Source, firstPoint.PointId, Ct);
        GcOptions garbage = new() { Grace = TimeSpan.FromHours(24), RepackBudget = 1 };
        Assert.True((await collector.CollectGarbageAsync(garbage, null, Ct)).PacksCondemned > 0);

        time.Advance(TimeSpan.FromHours(23));
        var changed = (byte[])disk.Clone();
        TestVault.RandomDisk(3, 1).CopyTo(changed, 0);
        var session = await vault.OpenSessionAsync(test.Source, Ct);
        await TestVault.WriteDiskAsync(vault, session, changed, based.Disks[0], disk);
        await collector.DeletePointAsync(test.Source, based.PointId, Ct);
        time.Advance(TimeSpan.FromHours(2));
        var maps = MapPacks(test).Where(m => m.Contains(based.PointId.ToString(), StringComparison.Ordinal)).ToDictionary(m => m, m => Path.Combine(test.Folder.FullName, Path.GetFileName(m)));
        Assert.NotEmpty(maps);
        foreach (var (there, away) in maps)
        {
            File.Move(there, away);
        }

        await collector.CollectGarbageAsync(garbage, null, Ct);
        foreach (var (there, away) in maps)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(there)!);
            File.Move(away, there);
        }

        var point = await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch.AddDays(3), Ct);
        await session.DisposeAsync();
        await using var reader = await OpenAsync(test);
        Assert.Equal(changed, await TestVault.RestoreAsync(reader, point.Disks[0]));
    }

    [Fact]
    public async Task A_collector_that_lost_its_lease_leaves_what_the_next_ones_round_has_to_know()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        VaultOpenOptions options = new() { PackBytesTarget = 1 << 20, Parallelism = 2, TimeProvider = time };
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync(options: options);
        var store = new HookedStore(test.Local);
        await using var late = await test.OpenAsync(store, options: options);
        await using var next = await test.OpenAsync(options: options);
        var first = TestVault.RandomDisk(1, 16);
        var disk = TestVault.RandomDisk(2, 16);
        first.AsSpan(0, 2 * TestVault.Chunk).CopyTo(disk);
        var gone = new[] { await test.BackUpAsync(vault, first), await test.BackUpAsync(vault, disk, day: 2) };
        var based = await test.BackUpAsync(vault, disk, day: 3);
        foreach (var point in gone)
        {
            await vault.DeletePointAsync(test.Source, point.PointId, Ct);
        }

        GcOptions dropOnly = new() { Grace = TimeSpan.Zero, RepackBelow = 0 }, round = new() { Grace = TimeSpan.FromHours(1), RepackBudget = 1 };
        await vault.CollectGarbageAsync(dropOnly, null, Ct);
        VaultSession? session = null;
        var changed = (byte[])disk.Clone();
        TestVault.RandomDisk(3, 1).CopyTo(changed, 10 * TestVault.Chunk);

        // At each place in its turn at which it lists points, until the session was made.
        store.BeforeList = async prefix =>
        {
            if (session is null && prefix == "points/" && Environment.StackTrace.Contains(nameof(PackDropper.RemoveEmptySessionsAsync), StringComparison.Ordinal))
            {
                session = await vault.OpenSessionAsync(test.Source, Ct);
                await session.DisposeAsync();
                foreach (var lease in (await next.ListSessionsAsync(Ct)).Where(l => l.SourceId == GcLease.Source))
                {
                    await next.RevokeSessionAsync(lease.SourceId, lease.PointId, Ct);
                }

                Assert.True((await next.CollectGarbageAsync(round, null, Ct)).PacksCondemned > 0);
                session = await vault.OpenSessionAsync(test.Source, Ct);
                await TestVault.WriteDiskAsync(vault, session, changed, based.Disks[0], disk);
                await vault.DeletePointAsync(test.Source, based.PointId, Ct);
            }
        };
        _ = await Record.ExceptionAsync(() => late.CollectGarbageAsync(new GcOptions { Grace = TimeSpan.FromDays(1), RepackBelow = 0 }, null, Ct));
        Assert.NotNull(session);

        time.Advance(TimeSpan.FromHours(2));
        Assert.True((await next.CollectGarbageAsync(round, null, Ct)).PacksDropped > 0);
        var point3 = await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch.AddDays(4), Ct);
        await session.DisposeAsync();
        await using var reader = await OpenAsync(test);
        Assert.Equal(changed, await TestVault.RestoreAsync(reader, point3.Disks[0]));
    }

    [Fact]
    public async Task A_segment_that_cant_be_read_now_stays_while_it_may_be_the_only_way_to_a_pack()
    {
        await using var test = await TestVault.CreateAsync();
        var disk = TestVault.RandomDisk(1, 12);
        Point point;
        await using (var vault = await OpenAsync(test))
        {
            point = await test.BackUpAsync(vault, disk);
        }

        foreach (var pack in Packs(test))
        {
            // In the footer; every record is whole.
            var bytes = await File.ReadAllBytesAsync(pack, Ct);
            bytes[^20] ^= 1;
            await File.WriteAllBytesAsync(pack, bytes, Ct);
        }

        var store = new HookedStore(test.Local) { Unreadable = "index/" };
        await using (var vault = await OpenAsync(test, store))
        {
            await vault.RebuildIndexAsync(Ct);
        }

        await using var reader = await OpenAsync(test);
        Assert.Equal(disk, await TestVault.RestoreAsync(reader, point.Disks[0]));
    }

    [Fact]
    public async Task A_rebuild_with_keys_that_were_renewed_meanwhile_removes_nothing()
    {
        await using var test = await TestVault.CreateAsync();
        var store = new HookedStore(test.Local);
        await using var rebuilder = await OpenAsync(test, store);
        string[] segments = [];
        store.BeforeCreate = Once($"{Names.Sessions}", async () =>
        {
            await using (var vault = await OpenAsync(test))
            {
                await vault.RenewDataKeyAsync("the new passphrase", "new", Ct);
            }

            await using var renewed = await test.OpenAsync(credential: VaultCredential.FromPassphrase("the new passphrase"), options: new VaultOpenOptions());
            await test.BackUpAsync(renewed, TestVault.RandomDisk(1, 12));
            segments = Directory.GetFiles(Path.Combine(test.StorePath, "index"), "*", SearchOption.AllDirectories);
        });

        var refused = await Assert.ThrowsAsync<VaultException>(() => rebuilder.RebuildIndexAsync(Ct));

        Assert.Equal(VaultErrorKind.KeysRenewed, refused.Kind);
        Assert.NotEmpty(segments);
        Assert.All(segments, s => Assert.True(File.Exists(s)));
    }

    [Fact]
    public async Task A_point_that_is_there_but_may_not_be_durable_isnt_reported_as_made()
    {
        await using var test = await TestVault.CreateAsync();
        var store = new HookedStore(test.Local);
        await using var vault = await OpenAsync(test, store);
        store.AfterCreate = name => name.Value.StartsWith("points/", StringComparison.Ordinal)
            ? throw new VaultException(VaultErrorKind.Io, "Can't sync the folder") : Task.CompletedTask;

        await Assert.ThrowsAsync<VaultException>(() => test.BackUpAsync(vault, TestVault.RandomDisk(1, 4)));
    }

    private static Task<BackupVault> OpenAsync(TestVault test, IObjectStore? store = null) => test.OpenAsync(store, options: new VaultOpenOptions());

    private static Func<ObjectName, Task> Once(string prefix, Func<Task> what)
    {
        var isDone = false;
        return name =>
        {
            if (isDone || !name.Value.StartsWith(prefix, StringComparison.Ordinal))
            {
                return Task.CompletedTask;
            }

            isDone = true;
            return what();
        };
    }

    private static string[] Packs(TestVault test) => Directory.GetFiles(Path.Combine(test.StorePath, "packs"), "*", SearchOption.AllDirectories);

    private static IEnumerable<string> MapPacks(TestVault test) => Packs(test).Where(pack =>
    {
        using var file = File.OpenRead(pack);
        file.Position = 10;
        return file.ReadByte() == (int)PackKind.Map;
    });
}
