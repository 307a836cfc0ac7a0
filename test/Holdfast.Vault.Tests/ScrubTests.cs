namespace Holdfast.Vault.Tests;

public sealed class ScrubTests
{
    private static CancellationToken Ct => TestVault.Ct;

    [Fact]
    public async Task Every_pack_is_read_within_the_promised_days_and_none_twice_before()
    {
        await using var test = await TestVault.CreateAsync();
        var time = new SimulatedTime();
        var options = new VaultOpenOptions { TimeProvider = time, PackBytesTarget = 128 * 1024 };
        await using var vault = await test.OpenAsync(options: options);
        await test.BackUpAsync(vault, TestVault.SomeDisk(1, 8 << 20));
        ScrubReport report = null!;
        var packs = 0L;
        for (var day = 0; day < 5; day++)
        {
            time.Advance(TimeSpan.FromDays(1));
            report = await vault.ScrubAsync(new ScrubOptions { CoverageDays = 5 }, null, Ct);
            Assert.True(report.IsHealthy && report.PacksChecked < report.PacksTotal);
            packs += report.PacksChecked;
        }

        Assert.InRange(packs, report.PacksTotal, report.PacksTotal + 5);
        Assert.True(time.GetUtcNow() - report.OldestCheckUtc < TimeSpan.FromDays(5));
    }

    [Fact]
    public async Task A_damaged_pack_is_found_set_aside_and_the_disks_concerned_are_named()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var point = await test.BackUpAsync(vault, TestVault.SomeDisk(3, 4 << 20));
        var pack = LargestPack(test);
        await Damage.DoAsync("flip", pack, pack);
        var report = await vault.ScrubAsync(new ScrubOptions(), null, Ct);
        Assert.False(report.IsHealthy);
        Assert.EndsWith(report.DamagedPacks.Single().ObjectName, pack, StringComparison.Ordinal);
        Assert.Equal(point.PointId, report.DamagedDisks.Single().PointId);
        Assert.NotEmpty(await vault.FindUnreadableChunksAsync(point.Disks[0], Ct).ToListAsync(Ct));
        Assert.Single((await HashCheck.RunAsync(test.Local, null, TimeProvider.System, null, Ct)).Damaged);
    }

    [Theory]
    [InlineData(VaultErrorKind.NoSpace)]
    [InlineData(VaultErrorKind.PermissionDenied)]
    public async Task Damage_is_told_also_where_the_store_takes_nothing(VaultErrorKind kind)
    {
        await using var test = await TestVault.CreateAsync();
        var store = new HookedStore(test.Local);
        await using var vault = await test.OpenAsync(store);
        await test.BackUpAsync(vault, TestVault.SomeDisk(3, 4 << 20));
        var pack = LargestPack(test);
        await Damage.DoAsync("flip", pack, pack);
        store.BeforeCreate = _ => throw new VaultException(kind, "no");
        Assert.EndsWith((await vault.ScrubAsync(new ScrubOptions(), null, Ct)).DamagedPacks.Single().ObjectName, pack, StringComparison.Ordinal);
    }

    // As a collection does that goes on while packs are read: the index was read anew since the scrub began, and before the pack went.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pack_that_is_dropped_while_packs_are_read_is_not_damaged(bool verify)
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var gone = await test.BackUpAsync(vault, TestVault.SomeDisk(1, 2 << 20));
        var kept = await test.BackUpAsync(vault, TestVault.SomeDisk(2, 2 << 20));
        await vault.RefreshAsync(Ct);
        var points = new[] { gone, kept };
        var dropped = 0;
        var progress = new Told(() =>
        {
            if (Interlocked.Increment(ref dropped) == 1)
            {
                DropAsync().GetAwaiter().GetResult();
            }
        });
        Assert.Empty(verify
            ? (await new Verifier(test.Local, vault.Keys, vault.Index, new VaultOpenOptions { Parallelism = 1 }).RunAsync([kept, gone], progress, Ct)).DamagedPacks
            : (await vault.ScrubAsync(new ScrubOptions(), progress, Ct)).DamagedPacks);

        async Task DropAsync()
        {
            await vault.RefreshAsync(Ct);
            await using var other = await test.OpenAsync(options: new VaultOpenOptions());
            await other.DeletePointAsync(test.Source, gone.PointId, Ct);
            await other.CollectGarbageAsync(new GcOptions { Grace = TimeSpan.Zero }, null, Ct);
            await other.CollectGarbageAsync(new GcOptions { Grace = TimeSpan.Zero }, null, Ct);
        }
    }

    [Fact]
    public async Task Reading_keeps_to_the_budget()
    {
        await using var test = await TestVault.CreateAsync();
        var time = new SimulatedTime();
        await using var vault = await test.OpenAsync(options: new VaultOpenOptions { TimeProvider = time, PackBytesTarget = 128 * 1024 });
        await test.BackUpAsync(vault, TestVault.SomeDisk(1, 4 << 20));
        var began = time.GetUtcNow();
        var report = await vault.ScrubAsync(new ScrubOptions { BytesPerSecond = 1000 }, null, Ct);
        Assert.True((time.GetUtcNow() - began).TotalSeconds * 1000 >= report.BytesRead);
    }

    [Fact]
    public async Task Without_a_key_everything_that_rotted_is_found_also_after_garbage_collection()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var gone = await test.BackUpAsync(vault, TestVault.SomeDisk(1, 2 << 20));
        await test.BackUpAsync(vault, TestVault.SomeDisk(2, 2 << 20));
        await vault.DeletePointAsync(test.Source, gone.PointId, Ct);
        await vault.CollectGarbageAsync(new GcOptions { Grace = TimeSpan.Zero, RepackBelow = 1, RepackBudget = 1 }, null, Ct);
        var report = await HashCheck.RunAsync(test.Local, null, TimeProvider.System, null, Ct);
        Assert.True(report.Damaged.Count == 0 && report.ObjectsChecked >= 3, string.Join(' ', report.Damaged));
        File.Delete(LargestPack(test));
        Assert.Single((await HashCheck.RunAsync(test.Local, null, TimeProvider.System, null, Ct)).Damaged);
    }

    [Fact]
    public void What_is_not_a_log_of_a_scrub_is_ignored()
    {
        var id = new byte[32];
        var good = ScrubLog.Write(DateTimeOffset.UnixEpoch, [new PackId(id)]);
        Assert.Equal(new PackId(id), ScrubLog.TryRead(good)!.Value.Packs.Single());
        var random = new Random(3);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = good[..random.Next(good.Length + 1)];
            if (bytes.Length > 0)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            _ = ScrubLog.TryRead(bytes);
        }
    }

    private sealed class Told(Action tell) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) => tell();
    }

    private static string LargestPack(TestVault test) =>
        Directory.GetFiles(Path.Combine(test.StorePath, "packs"), "*", SearchOption.AllDirectories).MaxBy(p => new FileInfo(p).Length)!;
}
