using System.Security.Cryptography;

namespace Holdfast.Vault.Tests;

public sealed class CopyTests
{
    private static CancellationToken Ct => TestVault.Ct;

    [Fact]
    public async Task Points_are_copied_to_a_vault_with_another_key_and_only_what_is_missing_travels()
    {
        await using var here = await TestVault.CreateAsync();
        await using var there = await TestVault.CreateAsync();
        await using var from = await here.OpenAsync();
        await using var to = await there.OpenAsync();
        var disk1 = TestVault.SomeDisk(1, 48 << 20);
        var disk2 = (byte[])disk1.Clone();
        TestVault.SomeDisk(9, 300_000).CopyTo(disk2, 5 << 20);
        disk2.AsSpan(20 << 20, 1 << 20).Clear();
        var first = await here.BackUpAsync(from, disk1);
        await from.SetRetentionAsync(here.Source, first.PointId, new RetentionMark(true, null), Ct);
        var report = await from.CopyToAsync(to, await from.ListPointsAsync(null, Ct), null, Ct);
        Assert.Equal(first.PointId, Assert.Single(report.Copied));
        var second = await here.BackUpAsync(from, disk2, first.Disks[0], disk1);
        report = await from.CopyToAsync(to, await from.ListPointsAsync(null, Ct), null, Ct);
        Assert.Equal((second.PointId, 1), (Assert.Single(report.Copied), report.AlreadyThere));
        Assert.True(report.ReadBytes < 3 << 20, $"{report.ReadBytes} bytes were read");
        var copies = (await to.ListPointsAsync(null, Ct)).OrderBy(c => c.Origin!.Point == second.PointId).ToList();
        Assert.Equal(disk1, await TestVault.RestoreAsync(to, copies[0].Disks[0]));
        Assert.Equal(disk2, await TestVault.RestoreAsync(to, copies[1].Disks[0]));
        Assert.Equal((true, first.CreatedUtc), (copies[0].Retention.Protected, copies[0].CreatedUtc));
        Assert.True((await to.VerifyAsync(copies, null, Ct)).IsHealthy);
        report = await from.CopyToAsync(to, await from.ListPointsAsync(null, Ct), null, Ct);
        Assert.Empty(report.Copied);
    }

    [Fact]
    public async Task What_the_other_vault_has_lost_of_an_earlier_copy_is_not_missing_from_the_next_one()
    {
        await using var here = await TestVault.CreateAsync();
        await using var there = await TestVault.CreateAsync();
        await using var from = await here.OpenAsync();
        await using var to = await there.OpenAsync();
        var disk1 = RandomNumberGenerator.GetBytes(4 << 20);
        var disk2 = (byte[])disk1.Clone();
        RandomNumberGenerator.Fill(disk2.AsSpan(0, TestVault.Chunk));
        var first = await here.BackUpAsync(from, disk1);
        await from.CopyToAsync(to, await from.ListPointsAsync(null, Ct), null, Ct);
        var pack = Packs(there).MaxBy(p => new FileInfo(p).Length)!;
        await Damage.DoAsync("flip", pack, pack);
        Assert.Single((await to.ScrubAsync(new ScrubOptions(), null, Ct)).DamagedPacks);
        var second = await here.BackUpAsync(from, disk2, first.Disks[0], disk1, day: 2);

        var report = await from.CopyToAsync(to, await from.ListPointsAsync(null, Ct), null, Ct);

        Assert.True(report.StoredBytes < disk2.Length / 2, "what isn't lost is found again");
        var copy = (await to.ListPointsAsync(null, Ct)).Single(p => p.Origin!.Point == second.PointId);
        Assert.Equal(disk2, await TestVault.RestoreAsync(to, copy.Disks[0]));
    }

    [Fact]
    public async Task A_damaged_point_is_told_of_when_all_others_are_copied()
    {
        await using var here = await TestVault.CreateAsync();
        await using var there = await TestVault.CreateAsync();
        await using var from = await here.OpenAsync();
        await using var to = await there.OpenAsync();
        var disks = Enumerable.Range(0, 3).Select(_ => RandomNumberGenerator.GetBytes(1 << 20)).ToList();
        var damaged = await here.BackUpAsync(from, disks[0]);
        var pack = Packs(here).MaxBy(p => new FileInfo(p).Length)!;
        await Damage.DoAsync("flip", pack, pack);
        await here.BackUpAsync(from, disks[1], day: 2);
        await here.BackUpAsync(from, disks[2], day: 3);

        var error = await Assert.ThrowsAsync<VaultException>(async () => await from.CopyToAsync(to, await from.ListPointsAsync(null, Ct), null, Ct));

        Assert.Equal((VaultErrorKind.Damaged, damaged.PointId), (error.Kind, Assert.Single(error.Points)));
        var copies = await to.ListPointsAsync(null, Ct);
        Assert.Equal(2, copies.Count);
        Assert.Equal(disks[1], await TestVault.RestoreAsync(to, copies[0].Disks[0]));
        Assert.Equal(disks[2], await TestVault.RestoreAsync(to, copies[1].Disks[0]));
        Assert.Empty(await to.ListSessionsAsync(Ct));
    }

    [Fact]
    public async Task A_point_is_copied_whole_if_the_map_of_the_one_before_is_lost()
    {
        await using var here = await TestVault.CreateAsync();
        await using var there = await TestVault.CreateAsync();
        await using var from = await here.OpenAsync();
        await using var to = await there.OpenAsync();
        var disks = Enumerable.Range(0, 2).Select(_ => RandomNumberGenerator.GetBytes(1 << 20)).ToList();
        await here.BackUpAsync(from, disks[0]);
        await from.CopyToAsync(to, await from.ListPointsAsync(null, Ct), null, Ct);
        var map = Packs(here).MinBy(p => new FileInfo(p).Length)!;
        await Damage.DoAsync("foreign", map, map);
        var second = await here.BackUpAsync(from, disks[1], day: 2);

        Assert.Equal(second.PointId, Assert.Single((await from.CopyToAsync(to, await from.ListPointsAsync(null, Ct), null, Ct)).Copied));

        Assert.Equal(disks[1], await TestVault.RestoreAsync(to, (await to.ListPointsAsync(null, Ct)).Single(p => p.Origin!.Point == second.PointId).Disks[0]));
    }

    private static string[] Packs(TestVault test) => Directory.GetFiles(Path.Combine(test.StorePath, "packs"), "*", SearchOption.AllDirectories);

    [Fact]
    public async Task A_copy_that_was_interrupted_at_any_call_goes_on_and_copies_nothing_twice()
    {
        var store = new SimulatedStore();
        await BackupVault.InitAsync(new SimulatedProcess(store), new VaultInitOptions { Passphrase = "p", Iterations = 10_000 }, Ct);
        await using var here = await TestVault.CreateAsync();
        await using var from = await here.OpenAsync();
        var disks = new[] { TestVault.SomeDisk(1, 1 << 20), TestVault.SomeDisk(2, 1 << 20) };
        foreach (var disk in disks)
        {
            await here.BackUpAsync(from, disk);
        }

        var points = await from.ListPointsAsync(null, Ct);
        for (var call = 1; call < 400; call += 7)
        {
            var process = new SimulatedProcess(store, call % 2 == 0 ? SimulatedFault.CrashBefore : SimulatedFault.CrashAfter, call);
            try
            {
                await using var to = await BackupVault.OpenAsync(process, VaultCredential.FromPassphrase("p"), new VaultOpenOptions(), Ct);
                await from.CopyToAsync(to, points, null, Ct);
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Io)
            {
                // It died; the next one goes on.
            }
        }

        await using var end = await BackupVault.OpenAsync(
            new SimulatedProcess(store), VaultCredential.FromPassphrase("p"), new VaultOpenOptions(), Ct);
        await from.CopyToAsync(end, points, null, Ct);
        var copies = (await end.ListPointsAsync(null, Ct)).ToDictionary(c => c.Origin!.Point);
        Assert.Equal(points.Count, copies.Count);
        foreach (var point in points)
        {
            Assert.Equal(await TestVault.RestoreAsync(from, point.Disks[0]), await TestVault.RestoreAsync(end, copies[point.PointId].Disks[0]));
        }
    }
}
