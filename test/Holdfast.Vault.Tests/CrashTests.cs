namespace Holdfast.Vault.Tests;

public sealed class CrashTests
{
    private static CancellationToken Ct => TestVault.Ct;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_point_is_whole_or_absent_after_a_failure_at_every_effect(int mode)
    {
        await using var test = await TestVault.CreateAsync();
        var before = TestVault.SomeDisk(20, 1 << 20);
        var after = TestVault.SomeDisk(21, 1 << 20);
        Point earlier;
        await using (var vault = await test.OpenAsync())
        {
            earlier = await test.BackUpAsync(vault, before);
        }

        var struck = true;
        for (var failAt = 1; struck; failAt++)
        {
            var faulty = new FaultyStore(test.Local, failAt, (FaultyStore.Mode)mode);
            Point? committed = null;
            VaultException? error = null;
            try
            {
                await using var vault = await test.OpenAsync(faulty, options: test.Options(packBytes: 256 * 1024, segmentEntries: 4));
                committed = await test.BackUpAsync(vault, after);
            }
            catch (VaultException e)
            {
                error = e;
            }

            struck = faulty.Struck;
            if (mode == (int)FaultyStore.Mode.NoSpace && error is not null)
            {
                Assert.Equal(VaultErrorKind.NoSpace, error.Kind);
            }

            await using var next = await test.OpenAsync();
            foreach (var session in await next.ListSessionsAsync(Ct))
            {
                // Its process is this one, which lives: a clean-up would leave it alone.
                await next.RevokeSessionAsync(session.SourceId, session.PointId, Ct);
            }

            await next.CleanUpDeadSessionsAsync(new DeadSessionOptions(), Ct);
            var points = await next.ListPointsAsync(null, Ct);
            Assert.Empty(await next.ListUnreadablePointsAsync(null, Ct));
            Assert.Contains(points, p => p.PointId == earlier.PointId);
            Assert.True(points.Count <= 2 && (committed is null || points.Any(p => p.PointId == committed.PointId)));
            foreach (var point in points)
            {
                Assert.Equal(point.PointId == earlier.PointId ? before : after, await TestVault.RestoreAsync(next, point.Disks[0]));
                Assert.True((await next.VerifyAsync([point], null, Ct)).IsHealthy);
            }

            // Nothing is left of what wasn't committed.
            var owners = Directory.GetDirectories(Path.Combine(test.StorePath, "packs")).Select(Path.GetFileName).ToHashSet();
            Assert.Equal(points.Select(p => p.PointId.ToString()).ToHashSet(), owners!);
            Assert.Empty(Directory.GetFiles(Path.Combine(test.StorePath, ".tmp")));
            foreach (var point in points.Where(p => p.PointId != earlier.PointId))
            {
                await next.DeletePointAsync(point.SourceId, point.PointId, Ct);
                // As garbage collection would, so that the next round stores its chunks anew.
                Directory.Delete(Path.Combine(test.StorePath, "packs", point.PointId.ToString()), recursive: true);
                Directory.Delete(Path.Combine(test.StorePath, "index", point.PointId.ToString()), recursive: true);
            }

            Assert.True(failAt < 500);
        }
    }

    [Fact]
    public async Task Sectors_that_the_disk_lost_from_any_object_are_told_as_damage_and_never_read_as_data()
    {
        await using var test = await TestVault.CreateAsync();
        var before = TestVault.SomeDisk(20, 1 << 20);
        var after = TestVault.SomeDisk(21, 1 << 20);
        Point earlier;
        await using (var vault = await test.OpenAsync())
        {
            earlier = await test.BackUpAsync(vault, before);
        }

        var options = test.Options(packBytes: 256 * 1024, segmentEntries: 4);
        var withoutCache = new VaultOpenOptions { Parallelism = 2 };
        var (struck, damaged) = (true, 0);
        for (var failAt = 1; struck; failAt++)
        {
            // Each round begins with the earlier point alone.
            var store = new LocalFolderStore(Copy(test, failAt));
            var faulty = new FaultyStore(store, failAt, FaultyStore.Mode.TornObject);
            try
            {
                await using var vault = await test.OpenAsync(faulty, options: options);
                await test.BackUpAsync(vault, after);
            }
            catch (VaultException e)
            {
                // The writer itself may come across it.
                Assert.Equal(VaultErrorKind.Damaged, e.Kind);
            }

            struck = faulty.Struck;
            await using (var next = await test.OpenAsync(store, options: withoutCache))
            {
                var points = await next.ListPointsAsync(null, Ct);
                Assert.Equal(before, await TestVault.RestoreAsync(next, points.Single(p => p.PointId == earlier.PointId).Disks[0]));
                foreach (var point in points.Where(p => p.PointId != earlier.PointId))
                {
                    await EqualsOrDamagedAsync(next, point, after);
                }

                damaged += (await next.VerifyAsync(points, null, Ct)).IsHealthy ? 0 : 1;
            }

            // What was verified is healed by the next backup, whose point is whole.
            Point healed;
            await using (var vault = await test.OpenAsync(store, options: options))
            {
                healed = await test.BackUpAsync(vault, after);
            }

            await using var last = await test.OpenAsync(store, options: withoutCache);
            Assert.Equal(after, await TestVault.RestoreAsync(last, healed.Disks[0]));
            var report = await last.VerifyAsync([healed], null, Ct);
            Assert.True(report.DamagedPacks.Count + report.DamagedDisks.Count == 0, faulty.TornName);
            Assert.True(failAt < 500);
        }

        Assert.True(damaged >= 3, $"{damaged} rounds with damage: of chunks, of maps, of an index");
    }

    [Fact]
    public async Task An_aborted_session_leaves_the_vault_as_it_was()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await test.BackUpAsync(vault, TestVault.SomeDisk(1, 1 << 20));
        var before = Files(test);
        await using (var session = await vault.OpenSessionAsync(test.Source, Ct))
        {
            await TestVault.WriteDiskAsync(vault, session, TestVault.SomeDisk(2, 4 << 20));
        }

        Assert.Equal(before, Files(test));
    }

    [Fact]
    public async Task A_second_init_changes_nothing()
    {
        await using var test = await TestVault.CreateAsync();
        var before = Files(test);
        var error = await Assert.ThrowsAsync<VaultException>(
            () => BackupVault.InitAsync(test.Local, new VaultInitOptions { Passphrase = "other" }, Ct));
        Assert.Equal(VaultErrorKind.AlreadyExists, error.Kind);
        Assert.Equal(before, Files(test));
    }

    [Fact]
    public async Task An_init_in_a_folder_with_something_else_changes_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-test-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "precious.txt"), "x", Ct);
            var error = await Assert.ThrowsAsync<VaultException>(
                () => BackupVault.InitAsync(new LocalFolderStore(folder.FullName), new VaultInitOptions { Passphrase = "p" }, Ct));
            Assert.Equal(VaultErrorKind.AlreadyExists, error.Kind);
            Assert.Single(folder.GetFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task An_init_that_was_interrupted_can_be_done_again()
    {
        for (var failAt = 1; ; failAt++)
        {
            var folder = Directory.CreateTempSubdirectory("holdfast-test-");
            var store = new LocalFolderStore(Path.Combine(folder.FullName, "v"));
            var faulty = new FaultyStore(store, failAt, FaultyStore.Mode.CrashBefore);
            var options = new VaultInitOptions { Passphrase = "p", Iterations = 10_000 };
            try
            {
                await BackupVault.InitAsync(faulty, options, Ct);
            }
            catch (VaultException)
            {
                try
                {
                    await BackupVault.InitAsync(store, options, Ct);
                }
                catch (VaultException e) when (e.Kind == VaultErrorKind.AlreadyExists)
                {
                    // The first was published before the crash: then it must open.
                }
            }

            await using (await BackupVault.OpenAsync(store, VaultCredential.FromPassphrase("p"), new VaultOpenOptions(), Ct))
            {
            }

            folder.Delete(recursive: true);
            if (!faulty.Struck)
            {
                break;
            }
        }
    }

    private static async Task EqualsOrDamagedAsync(BackupVault vault, Point point, byte[] disk)
    {
        try
        {
            Assert.Equal(disk, await TestVault.RestoreAsync(vault, point.Disks[0]));
        }
        catch (VaultException e)
        {
            Assert.Equal(VaultErrorKind.Damaged, e.Kind);
        }
    }

    private static string Copy(TestVault test, int number)
    {
        var copy = Path.Combine(test.Folder.FullName, "copy-" + number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        foreach (var file in Directory.GetFiles(test.StorePath, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(test.StorePath, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    private static List<string> Files(TestVault test) =>
        [.. Directory.GetFileSystemEntries(test.StorePath, "*", SearchOption.AllDirectories).Order()];
}
