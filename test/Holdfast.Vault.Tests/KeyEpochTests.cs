namespace Holdfast.Vault.Tests;

public sealed class KeyEpochTests
{
    private const string NewPassphrase = "another horse, another battery";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_renewal_both_epochs_are_read_with_the_new_keys_and_the_old_keys_open_nothing()
    {
        await using var test = await TestVault.CreateAsync();
        var (before, after) = (TestVault.SomeDisk(1, 900_000), TestVault.SomeDisk(1, 900_000));
        TestVault.SomeDisk(2, 300_000).CopyTo(after, 100_000);
        RecoveryKey recovery;
        Point first;
        await using (var vault = await test.OpenAsync())
        {
            first = await test.BackUpAsync(vault, before);
            (_, recovery) = await vault.RenewDataKeyAsync(NewPassphrase, "new", Ct);
        }

        Point second;
        await using (var vault = await OpenNewAsync(test))
        {
            Assert.Equal(before, await TestVault.RestoreAsync(vault, first.Disks[0]));
            second = await test.BackUpAsync(vault, after, first.Disks[0], before);
            Assert.True(second.Statistics.NewBytes < after.Length / 2, "chunks of the older epoch are found again");
        }

        foreach (var credential in (VaultCredential[])[VaultCredential.FromPassphrase(NewPassphrase), VaultCredential.FromRecoveryKey(recovery.ToString())])
        {
            await using var vault = await test.OpenAsync(credential: credential);
            Assert.Equal(2, (await vault.ListPointsAsync(null, Ct)).Count);
            Assert.Equal(before, await TestVault.RestoreAsync(vault, first.Disks[0]));
            Assert.Equal(after, await TestVault.RestoreAsync(vault, second.Disks[0]));
            Assert.True((await vault.VerifyAsync(await vault.ListPointsAsync(null, Ct), null, Ct)).IsHealthy);
        }

        foreach (var old in (VaultCredential[])[VaultCredential.FromPassphrase(TestVault.Passphrase), VaultCredential.FromRecoveryKey(test.Created.RecoveryKey.ToString())])
        {
            Assert.Equal(VaultErrorKind.WrongKey, (await Assert.ThrowsAsync<VaultException>(() => test.OpenAsync(credential: old))).Kind);
        }
    }

    [Fact]
    public async Task An_old_master_key_reads_nothing_that_was_written_after_the_renewal()
    {
        await using var test = await TestVault.CreateAsync();
        VaultKeys stolen;
        await using (var vault = await test.OpenAsync())
        {
            await test.BackUpAsync(vault, TestVault.SomeDisk(1, 300_000));
            stolen = vault.Keys;
            await vault.RenewDataKeyAsync(NewPassphrase, "new", Ct);
        }

        Point point;
        await using (var vault = await OpenNewAsync(test))
        {
            point = await test.BackUpAsync(vault, TestVault.SomeDisk(5, 300_000));
        }

        using var reader = new PackReader(test.Local, stolen);
        var name = Names.Point(point.SourceId, point.PointId);
        var bytes = (await test.Local.ReadWholeAsync(name, 1 << 20, Ct))!;
        Assert.Throws<VaultException>(() => SealedObject.Open(stolen, SealLabel.Point, name, bytes));

        // Not by pretending that it is of the first epoch either.
        bytes[12] = 1;
        Assert.Throws<VaultException>(() => SealedObject.Open(stolen, SealLabel.Point, name, bytes));
        var packs = (await test.Local.ListAllAsync($"{Names.Packs}{point.PointId}/", Ct)).ToList();
        Assert.NotEmpty(packs);
        foreach (var item in packs)
        {
            Assert.True(Names.TryParseOwned(item.Name, Names.Packs, out var session, out var id));
            Assert.Null(await reader.TryFindKindAsync(id, session, item.SizeBytes, Ct));
            foreach (var kind in Enum.GetValues<PackKind>())
            {
                Assert.Null(await reader.TryReadFooterAsync(new PackInfo(id, session, kind), item.SizeBytes, Ct));
            }
        }
    }

    [Fact]
    public async Task Who_has_the_vault_open_with_the_old_keys_is_told_and_calls_nothing_damaged()
    {
        await using var test = await TestVault.CreateAsync();
        await using var stale = await test.OpenAsync(options: new VaultOpenOptions { PackBytesTarget = 1 << 18, Parallelism = 2 });
        var point = await test.BackUpAsync(stale, TestVault.SomeDisk(1, 300_000));
        await using (var vault = await test.OpenAsync(options: new VaultOpenOptions()))
        {
            await vault.RenewDataKeyAsync(NewPassphrase, "new", Ct);
        }

        await using (var vault = await OpenNewAsync(test))
        {
            await test.BackUpAsync(vault, TestVault.SomeDisk(5, 300_000));
        }

        foreach (var use in (Func<Task>[])
        [
            () => stale.OpenSessionAsync(test.Source, Ct), () => stale.ListPointsAsync(null, Ct), () => stale.VerifyAsync([point], null, Ct),
            () => stale.CollectGarbageAsync(new GcOptions(), null, Ct), () => stale.AddPassphraseAsync("a third", "", Ct), () => stale.GetInfoAsync(Ct),
        ])
        {
            Assert.Equal(VaultErrorKind.KeysRenewed, (await Assert.ThrowsAsync<VaultException>(use)).Kind);
        }

        await using var fresh = await OpenNewAsync(test);
        Assert.Equal(0, (await fresh.GetInfoAsync(Ct)).DamagedPacks);
        Assert.Empty(await fresh.ListSessionsAsync(Ct));
    }

    [Fact]
    public async Task Garbage_of_two_epochs_is_collected_and_the_lost_index_of_two_epochs_is_made_anew()
    {
        await using var test = await TestVault.CreateAsync();
        var (a, b) = (TestVault.SomeDisk(1, 700_000), TestVault.SomeDisk(7, 700_000));
        Point first;
        await using (var vault = await test.OpenAsync())
        {
            first = await test.BackUpAsync(vault, a);
            await vault.RenewDataKeyAsync(NewPassphrase, "new", Ct);
        }

        a.AsSpan(0, 350_000).CopyTo(b);
        await using var now = await OpenNewAsync(test);
        var second = await test.BackUpAsync(now, b);
        await now.DeletePointAsync(test.Source, first.PointId, Ct);
        await now.CollectGarbageAsync(new GcOptions { Grace = TimeSpan.Zero, RepackBelow = 1, RepackBudget = 1 }, null, Ct);
        Assert.Equal(b, await TestVault.RestoreAsync(now, second.Disks[0]));
        Assert.True((await now.VerifyAsync(await now.ListPointsAsync(null, Ct), null, Ct)).IsHealthy);

        Directory.Delete(Path.Combine(test.StorePath, "index"), recursive: true);
        Directory.Delete(test.CachePath, recursive: true);
        await using var again = await OpenNewAsync(test);
        Assert.Equal(b, await TestVault.RestoreAsync(again, second.Disks[0]));
    }

    [Fact]
    public async Task A_third_epoch_keeps_the_first_and_a_renewal_that_dies_half_way_leaves_the_old_keys()
    {
        await using var test = await TestVault.CreateAsync();
        var disk = TestVault.SomeDisk(1, 200_000);
        await using (var vault = await test.OpenAsync())
        {
            await test.BackUpAsync(vault, disk);

            // Up to the description that nobody can read yet.
            var renewed = new VaultKeys([.. vault.Keys.Masters, VaultKeys.NewMaster()], vault.Id);
            var (config, generation) = await new ConfigStore(test.Local, vault.Keys).ReadAsync(Ct);
            await GenerationalObject.TryWriteAsync(test.Local, Names.Config, generation + 1, config.WithKeyEpochs().ToBytes(renewed), Ct);
        }

        await using (var vault = await test.OpenAsync())
        {
            Assert.Equal(disk, await TestVault.RestoreAsync(vault, (await vault.ListPointsAsync(null, Ct))[0].Disks[0]));
            await vault.RenewDataKeyAsync("second", "", Ct);
        }

        await using (var vault = await test.OpenAsync(credential: VaultCredential.FromPassphrase("second")))
        {
            await vault.RenewDataKeyAsync("third", "", Ct);
        }

        await using (var vault = await test.OpenAsync(credential: VaultCredential.FromPassphrase("third")))
        {
            Assert.Equal(3u, vault.Keys.Epoch);
            Assert.Equal(disk, await TestVault.RestoreAsync(vault, (await vault.ListPointsAsync(null, Ct))[0].Disks[0]));
            await vault.AddPassphraseAsync("a fourth word", "", Ct);
        }

        await using (var vault = await test.OpenAsync(credential: VaultCredential.FromPassphrase("a fourth word")))
        {
            Assert.Equal(3u, vault.Keys.Epoch);
        }
    }

    [Fact]
    public async Task A_renewal_waits_for_nobody_it_refuses_while_a_session_is_open()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await using var session = await vault.OpenSessionAsync(test.Source, Ct);
        Assert.Equal(VaultErrorKind.Conflict, (await Assert.ThrowsAsync<VaultException>(() => vault.RenewDataKeyAsync("x", "", Ct))).Kind);
    }

    // The first change takes the place of the description that the renewal read, the second that of the renewal's own.
    [Fact]
    public async Task A_renewal_that_doesnt_know_of_a_lock_that_is_set_meanwhile_fails_and_the_next_one_takes_it_over()
    {
        await using var test = await TestVault.CreateAsync();
        var store = new HookedStore(test.Local);
        await using var other = await test.OpenAsync();
        store.BeforeCreate = async name =>
        {
            if (name.Value.StartsWith(Names.Keys, StringComparison.Ordinal))
            {
                store.BeforeCreate = null;
                await LockAsync(other);
            }
        };
        await using (var vault = await test.OpenAsync(store, options: new VaultOpenOptions()))
        {
            var failed = await Assert.ThrowsAsync<VaultException>(() => vault.RenewDataKeyAsync(NewPassphrase, "new", Ct));
            Assert.Equal(VaultErrorKind.Conflict, failed.Kind);
            Assert.Equal(1u, (await test.OpenAsync(options: new VaultOpenOptions())).Keys.Epoch);
            await vault.RenewDataKeyAsync(NewPassphrase, "new", Ct);
        }

        await using var fresh = await OpenNewAsync(test);
        Assert.Equal(new(ImmutabilityState.Locked, 30), await fresh.GetImmutabilityAsync(Ct));
    }

    [Fact]
    public async Task A_lock_under_a_key_that_was_renewed_meanwhile_is_not_reported_as_set()
    {
        await using var test = await TestVault.CreateAsync();
        var (reached, renewed) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (renewing, locking) = (new HookedStore(test.Local), new HookedStore(test.Local));
        await using var other = await test.OpenAsync(locking);
        locking.BeforeCreate = async _ =>
        {
            reached.TrySetResult();
            await renewed.Task;
        };
        Task? locked = null;
        renewing.BeforeCreate = async name =>
        {
            if (name.Value.StartsWith(Names.Keys, StringComparison.Ordinal))
            {
                locked ??= other.SetImmutabilityAsync(new(ImmutabilityState.Locked, 30), Ct);
                await Task.WhenAny(reached.Task, locked);
            }
        };
        await using (var vault = await test.OpenAsync(renewing, options: new VaultOpenOptions()))
        {
            await vault.RenewDataKeyAsync(NewPassphrase, "new", Ct);
        }

        renewed.SetResult();
        Assert.Equal(VaultErrorKind.KeysRenewed, (await Assert.ThrowsAsync<VaultException>(() => locked!)).Kind);
        await using var fresh = await OpenNewAsync(test);
        Assert.Equal(VaultImmutability.None, await fresh.GetImmutabilityAsync(Ct));
    }

    // The renewal dies as soon as the new slots are there, with all that it still had to do.
    [Fact]
    public async Task A_lock_that_was_set_at_any_moment_of_a_renewal_that_dies_holds_and_the_vault_opens()
    {
        var isReached = true;
        for (var call = 1; isReached; call++)
        {
            await using var test = await TestVault.CreateAsync();
            await using var other = await test.OpenAsync(options: new VaultOpenOptions());
            var (store, calls, isLocked) = (new HookedStore(test.Local), 0, false);
            var renewer = await test.OpenAsync(store, options: new VaultOpenOptions());
            isReached = false;
            store.AfterCreate = DieAfterSlots(store);
            store.BeforeCall = async () =>
            {
                if (++calls == call)
                {
                    isReached = true;
                    isLocked = await Record.ExceptionAsync(() => LockAsync(other)) is null;
                }
            };

            Assert.NotNull(await Record.ExceptionAsync(() => renewer.RenewDataKeyAsync(NewPassphrase, "new", Ct)));

            await using var fresh = await OpenEitherAsync(test);
            Assert.True(!isLocked || await fresh.GetImmutabilityAsync(Ct) == new VaultImmutability(ImmutabilityState.Locked, 30), $"call {call}");
            if (!isReached)
            {
                Assert.True(call > 12, "the renewal was followed");
            }
        }
    }

    [Fact]
    public async Task A_lock_that_stood_still_at_any_moment_while_the_key_was_renewed_isnt_reported_unless_it_holds()
    {
        var isReached = true;
        for (var call = 1; isReached; call++)
        {
            await using var test = await TestVault.CreateAsync();
            var (renewing, locking, calls) = (new HookedStore(test.Local), new HookedStore(test.Local), 0);
            var renewer = await test.OpenAsync(renewing, options: new VaultOpenOptions());
            await using var other = await test.OpenAsync(locking, options: new VaultOpenOptions());
            renewing.AfterCreate = DieAfterSlots(renewing);
            isReached = false;
            locking.BeforeCall = async () =>
            {
                if (++calls == call)
                {
                    isReached = true;
                    _ = await Record.ExceptionAsync(() => renewer.RenewDataKeyAsync(NewPassphrase, "new", Ct));
                }
            };

            var isLocked = await Record.ExceptionAsync(() => other.SetImmutabilityAsync(new(ImmutabilityState.Locked, 30), Ct)) is null;

            await using var fresh = await OpenEitherAsync(test);
            Assert.True(!isLocked || await fresh.GetImmutabilityAsync(Ct) == new VaultImmutability(ImmutabilityState.Locked, 30), $"call {call}");
        }
    }

    [Fact]
    public async Task A_change_of_the_slots_that_has_begun_is_not_cancelled_half_way()
    {
        await using var test = await TestVault.CreateAsync();
        using var cancelled = new CancellationTokenSource();
        var store = new HookedStore(test.Local) { AfterCreate = _ => cancelled.CancelAsync() };
        await using (var vault = await test.OpenAsync(store))
        {
            await vault.AddPassphraseAsync(NewPassphrase, "new", cancelled.Token);
        }

        Assert.Equal(["00000002.a", "00000002.b"], Directory.GetFiles(Path.Combine(test.StorePath, "keys"), "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
        await using var fresh = await OpenNewAsync(test);
    }

    private static Func<ObjectName, Task> DieAfterSlots(HookedStore store) => name =>
    {
        store.IsDead |= name.Value.StartsWith(Names.Keys, StringComparison.Ordinal);
        return Task.CompletedTask;
    };

    /// <summary>In two changes: the second removes what was there before the first.</summary>
    private static async Task LockAsync(BackupVault vault)
    {
        await vault.SetImmutabilityAsync(new(ImmutabilityState.Unlocked, 10), Ct);
        await vault.SetImmutabilityAsync(new(ImmutabilityState.Locked, 30), Ct);
    }

    /// <summary>With whichever of the two passphrases opens the vault now.</summary>
    private static async Task<BackupVault> OpenEitherAsync(TestVault test)
    {
        try
        {
            return await test.OpenAsync(options: new VaultOpenOptions());
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.WrongKey)
        {
            return await test.OpenAsync(credential: VaultCredential.FromPassphrase(NewPassphrase), options: new VaultOpenOptions());
        }
    }

    private static Task<BackupVault> OpenNewAsync(TestVault test) => test.OpenAsync(credential: VaultCredential.FromPassphrase(NewPassphrase));
}
