using System.Security.Cryptography;

namespace Holdfast.Vault.Tests;

public sealed class SessionAndKeyTests
{
    private static CancellationToken Ct => TestVault.Ct;

    [Fact]
    public async Task A_revoked_session_can_not_commit_and_leaves_nothing()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await using (var session = await vault.OpenSessionAsync(test.Source, Ct))
        {
            await TestVault.WriteDiskAsync(vault, session, TestVault.SomeDisk(1, 2 << 20));
            Assert.Equal(WriterState.Alive, Assert.Single(await vault.ListSessionsAsync(Ct)).Writer);
            await using var other = await test.OpenAsync();
            Assert.True(await other.RevokeSessionAsync(test.Source, session.PointId, Ct));
            var error = await Assert.ThrowsAsync<VaultException>(() => session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct));
            Assert.Equal(VaultErrorKind.SessionRevoked, error.Kind);
        }

        Assert.Empty(await vault.ListPointsAsync(null, Ct));
        await vault.CleanUpDeadSessionsAsync(new DeadSessionOptions(), Ct);
        Assert.False(Directory.Exists(Path.Combine(test.StorePath, "packs")) && Directory.GetDirectories(Path.Combine(test.StorePath, "packs")).Length > 0);
    }

    [Fact]
    public async Task A_writer_that_is_seen_alive_is_not_judged_by_its_heartbeat()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await using var session = await vault.OpenSessionAsync(test.Source, Ct);
        await TestVault.WriteDiskAsync(vault, session, TestVault.SomeDisk(1, 1 << 20));
        await using var other = await test.OpenAsync();

        var revoked = await other.CleanUpDeadSessionsAsync(
            new DeadSessionOptions { WatchHeartbeats = true, Observations = 1, Interval = TimeSpan.FromMilliseconds(1) }, Ct);

        Assert.Empty(revoked);
        await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct);
    }

    [Fact]
    public async Task A_silent_session_of_elsewhere_is_revoked_beside_a_backup_of_the_same_source_that_commits()
    {
        await using var test = await TestVault.CreateAsync();
        var elsewhere = new WriterIdentity("elsewhere", "another boot", "another namespace", 1, "1");
        await using var silent = await test.OpenAsync(options: new VaultOpenOptions { Writer = elsewhere, HeartbeatInterval = TimeSpan.FromHours(1) });
        await using var dying = await silent.OpenSessionAsync(test.Source, Ct);
        await TestVault.WriteDiskAsync(silent, dying, TestVault.SomeDisk(1, 1 << 20));
        await using var vault = await test.OpenAsync();

        await using var watch = await vault.WatchSilentSessionsAsync(
            new DeadSessionOptions { Source = test.Source, WatchHeartbeats = true, Observations = 2, Interval = TimeSpan.FromMilliseconds(20) }, Ct);
        await using var session = await vault.OpenSessionAsync(test.Source, Ct);
        var disk = TestVault.SomeDisk(1, 1 << 20);
        await TestVault.WriteDiskAsync(vault, session, disk);
        Assert.Equal(dying.PointId, Assert.Single(await watch.Verdict).PointId);
        var point = await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct);

        await Assert.ThrowsAsync<VaultException>(() => dying.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct));
        Assert.Equal(disk, await TestVault.RestoreAsync(vault, point.Disks[0]));
    }

    [Fact]
    public async Task A_watch_that_is_ended_early_revokes_nobody()
    {
        await using var test = await TestVault.CreateAsync();
        var elsewhere = new WriterIdentity("elsewhere", "another boot", "another namespace", 1, "1");
        await using var silent = await test.OpenAsync(options: new VaultOpenOptions { Writer = elsewhere });
        await using var slow = await silent.OpenSessionAsync(test.Source, Ct);
        await TestVault.WriteDiskAsync(silent, slow, TestVault.SomeDisk(1, 1 << 20));
        await using var vault = await test.OpenAsync();

        await using (await vault.WatchSilentSessionsAsync(
            new DeadSessionOptions { Source = test.Source, WatchHeartbeats = true, Interval = TimeSpan.FromHours(1) }, Ct))
        {
        }

        await slow.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct);
    }

    [Fact]
    public async Task Of_commit_and_revocation_exactly_one_wins()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await using var other = await test.OpenAsync();
        for (var round = 0; round < 20; round++)
        {
            await using var session = await vault.OpenSessionAsync(test.Source, Ct);
            await TestVault.WriteDiskAsync(vault, session, TestVault.SomeDisk(round, 200_000));
            var commit = Task.Run(
                async () =>
                {
                    try
                    {
                        await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct);
                        return true;
                    }
                    catch (VaultException)
                    {
                        return false;
                    }
                },
                Ct);
            var revoke = other.RevokeSessionAsync(test.Source, session.PointId, Ct);
            var committed = await commit;
            Assert.NotEqual(committed, await revoke);
            if (committed)
            {
                var point = await other.GetPointAsync(test.Source, session.PointId, Ct);
                Assert.Equal(TestVault.SomeDisk(round, 200_000), await TestVault.RestoreAsync(other, point.Disks[0]));
            }
        }
    }

    [Fact]
    public async Task A_committed_session_can_not_be_revoked_also_after_its_point_was_deleted()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var disk = TestVault.SomeDisk(1, 1 << 20);
        var first = await test.BackUpAsync(vault, disk);
        var second = await test.BackUpAsync(vault, disk);
        Assert.False(await vault.RevokeSessionAsync(test.Source, first.PointId, Ct));
        await vault.DeletePointAsync(test.Source, first.PointId, Ct);
        Assert.False(await vault.RevokeSessionAsync(test.Source, first.PointId, Ct));
        await vault.CleanUpDeadSessionsAsync(new DeadSessionOptions(), Ct);
        await using var other = await test.OpenAsync();
        Assert.Equal(second.PointId, Assert.Single(await other.ListPointsAsync(null, Ct)).PointId);
        // The second point shares the first one's chunks.
        Assert.Equal(disk, await TestVault.RestoreAsync(other, second.Disks[0]));
    }

    [Fact]
    public async Task Two_sessions_at_once_make_two_whole_points_and_share_nothing_uncommitted()
    {
        await using var test = await TestVault.CreateAsync();
        await using var a = await test.OpenAsync();
        await using var b = await test.OpenAsync();
        var disk = TestVault.SomeDisk(1, 2 << 20);
        await using var sessionA = await a.OpenSessionAsync(test.Source, Ct);
        await TestVault.WriteDiskAsync(a, sessionA, disk);
        var point = await test.BackUpAsync(b, disk);
        // The first ends in nothing; what the second stored must not depend on it.
        await sessionA.DisposeAsync();
        await using var other = await test.OpenAsync();
        Assert.Equal(disk, await TestVault.RestoreAsync(other, point.Disks[0]));
        Assert.True((await other.VerifyAsync([point], null, Ct)).IsHealthy);
    }

    [Fact]
    public async Task Who_protects_a_point_that_was_just_deleted_is_not_told_that_it_is_protected()
    {
        await using var test = await TestVault.CreateAsync();
        var store = new HookedStore(test.Local);
        await using var vault = await test.OpenAsync(store);
        await using var other = await test.OpenAsync(options: new VaultOpenOptions());
        var point = await test.BackUpAsync(other, TestVault.SomeDisk(1, 200_000));
        store.BeforeCreate = _ => other.DeletePointAsync(test.Source, point.PointId, Ct);
        var error = await Assert.ThrowsAsync<VaultException>(() => vault.SetRetentionAsync(test.Source, point.PointId, new RetentionMark(true, null), Ct));
        Assert.Equal(VaultErrorKind.PointNotFound, error.Kind);
    }

    [Fact]
    public async Task A_deletion_that_broke_off_is_finished_by_two_at_once()
    {
        await using var test = await TestVault.CreateAsync();
        var store = new HookedStore(test.Local);
        await using var vault = await test.OpenAsync(store);
        await using var other = await test.OpenAsync(options: new VaultOpenOptions());
        var point = await test.BackUpAsync(other, TestVault.SomeDisk(1, 200_000));
        store.AfterCreate = _ => throw new VaultException(VaultErrorKind.Io, "no");
        await Assert.ThrowsAsync<VaultException>(() => vault.DeletePointAsync(test.Source, point.PointId, Ct));
        store.AfterCreate = null;
        var read = 0;
        store.AfterRead = async name =>
        {
            // Both have seen the mark then, and this one is about to look for the point.
            if (name.Value.StartsWith(Names.Retention, StringComparison.Ordinal) && ++read == 2)
            {
                await other.CleanUpDeadSessionsAsync(new DeadSessionOptions(), Ct);
            }
        };
        await vault.CleanUpDeadSessionsAsync(new DeadSessionOptions(), Ct);
        Assert.Equal(2, read);
        Assert.Empty(await test.Local.ListAllAsync(Names.Points, Ct));
    }

    [Fact]
    public async Task Protected_points_stay_and_marks_can_be_taken_back()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var point = await test.BackUpAsync(vault, TestVault.SomeDisk(1, 100_000));
        await vault.SetRetentionAsync(test.Source, point.PointId, new RetentionMark(true, null), Ct);
        var error = await Assert.ThrowsAsync<VaultException>(() => vault.DeletePointAsync(test.Source, point.PointId, Ct));
        Assert.Equal(VaultErrorKind.PointProtected, error.Kind);
        Assert.True((await vault.ListPointsAsync(test.Source, Ct))[0].Retention.Protected);
        await vault.SetRetentionAsync(test.Source, point.PointId, new RetentionMark(false, DateTimeOffset.MaxValue), Ct);
        await Assert.ThrowsAsync<VaultException>(() => vault.DeletePointAsync(test.Source, point.PointId, Ct));
        await vault.SetRetentionAsync(test.Source, point.PointId, RetentionMark.None, Ct);
        await vault.DeletePointAsync(test.Source, point.PointId, Ct);
        error = await Assert.ThrowsAsync<VaultException>(() => vault.GetPointAsync(test.Source, point.PointId, Ct));
        Assert.Equal(VaultErrorKind.PointNotFound, error.Kind);
    }

    [Fact]
    public async Task Key_slots_are_added_tried_and_removed_but_never_the_last()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var slots = await vault.ListKeySlotsAsync(Ct);
        Assert.Equal([KeySlotKind.Passphrase, KeySlotKind.RecoveryKey], slots.Select(s => s.Kind));
        var added = await vault.AddPassphraseAsync("second", "the second", Ct);
        var file = Enumerable.Range(0, 64).Select(i => (byte)i).ToArray();
        var fileSlot = await vault.AddKeyFileAsync(file, "file", Ct);
        await using (await test.OpenAsync(credential: VaultCredential.FromPassphrase("second")))
        await using (await test.OpenAsync(credential: VaultCredential.FromKeyFile(file)))
        {
        }

        var wrong = await Assert.ThrowsAsync<VaultException>(() => test.OpenAsync(credential: VaultCredential.FromPassphrase("wrong")));
        Assert.Equal(VaultErrorKind.WrongKey, wrong.Kind);
        Assert.DoesNotContain("wrong", wrong.Message.Replace("doesn't", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await vault.RemoveKeySlotAsync(slots[0].Id, Ct);
        await Assert.ThrowsAsync<VaultException>(() => test.OpenAsync());
        await vault.RemoveKeySlotAsync(slots[1].Id, Ct);
        await vault.RemoveKeySlotAsync(fileSlot.Id, Ct);
        var last = await Assert.ThrowsAsync<VaultException>(() => vault.RemoveKeySlotAsync(added.Id, Ct));
        Assert.Equal(VaultErrorKind.LastKeySlot, last.Kind);
        // Old generations, which held removed slots, are gone.
        Assert.Equal(2, Directory.GetFiles(Path.Combine(test.StorePath, "keys"), "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void A_mistyped_recovery_key_is_told_from_a_wrong_one()
    {
        var key = RecoveryKey.Generate().ToString();
        Assert.Equal(key, RecoveryKey.Parse(key.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal)).ToString());
        for (var i = 0; i < key.Length; i++)
        {
            if (key[i] != '-')
            {
                var typo = key.ToCharArray();
                typo[i] = key[i] == 'Z' ? 'Y' : 'Z';
                // 20 bits of checksum: a single typo never goes unnoticed by more than chance.
                Assert.False(RecoveryKey.TryParse(new string(typo), out var other) && other.ToString() == key);
            }
        }
    }

    [Fact]
    public async Task No_key_is_used_with_one_nonce_twice_over_crash_retry_and_resume()
    {
        await using var test = await TestVault.CreateAsync();
        var packs = new HashSet<string>();
        var salts = new Dictionary<string, string>();
        var recording = new RecordingStore(test.Local, packs, salts);
        for (var failAt = 1; failAt < 30; failAt++)
        {
            try
            {
                await using var vault = await test.OpenAsync(
                    new FaultyStore(recording, failAt, FaultyStore.Mode.ReplyLost), options: test.Options(packBytes: 128 * 1024));
                // The same bytes twice: what failed is sealed again.
                await test.BackUpAsync(vault, TestVault.SomeDisk(failAt / 2, 1 << 20));
            }
            catch (VaultException)
            {
                // The next try seals the same bytes again.
            }
        }

        Assert.True(packs.Count > 10 && salts.Count > 10);
    }

    /// <summary>Asserts that every pack id is new, and every salt, but where the very same bytes are sent again; within a pack ordinals count up by construction of its footer.</summary>
    private sealed class RecordingStore(IObjectStore inner, HashSet<string> packs, Dictionary<string, string> salts) : IObjectStore
    {
        public string Description => inner.Description;

        public ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            if (content.Span.StartsWith("HFSEALED"u8))
            {
                lock (salts)
                {
                    var (salt, hash) = (Convert.ToHexString(content.Span.Slice(32, 32)), Convert.ToHexString(SHA256.HashData(content.Span)));
                    Assert.Equal(hash, salts.GetValueOrDefault(salt, hash));
                    salts[salt] = hash;
                }
            }

            return inner.CreateAsync(name, content, ct);
        }

        public ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct)
        {
            lock (packs)
            {
                Assert.True(packs.Add(name.Value[^64..]));
            }

            return inner.BeginCreateAsync(name, ct);
        }

        public ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => inner.GetSizeAsync(name, ct);

        public ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct) => inner.ReadAsync(name, offset, target, ct);

        public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken ct) => inner.ListAsync(prefix, ct);

        public ValueTask DeleteAsync(ObjectName name, CancellationToken ct) => inner.DeleteAsync(name, ct);

        public ValueTask RemoveRemainsAsync(CancellationToken ct) => inner.RemoveRemainsAsync(ct);
    }
}
