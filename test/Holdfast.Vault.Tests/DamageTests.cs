namespace Holdfast.Vault.Tests;

public sealed class DamageTests
{
    private static CancellationToken Ct => TestVault.Ct;

    [Theory]
    [InlineData("flip")]
    [InlineData("cut")]
    [InlineData("delete")]
    [InlineData("foreign")]
    [InlineData("swap")]
    public async Task A_damaged_pack_is_found_named_recorded_and_healed_by_the_next_backup(string how)
    {
        await using var test = await TestVault.CreateAsync();
        var disk = TestVault.SomeDisk(3, 4 << 20);
        Point first;
        await using (var vault = await test.OpenAsync())
        {
            first = await test.BackUpAsync(vault, disk);
        }

        var packs = Directory.GetFiles(Path.Combine(test.StorePath, "packs"), "*", SearchOption.AllDirectories)
            .OrderByDescending(p => new FileInfo(p).Length).ToList();
        await Damage.DoAsync(how, packs[0], packs[1]);
        await using (var vault = await test.OpenAsync())
        {
            var report = await vault.VerifyAsync([first], null, Ct);
            Assert.False(report.IsHealthy);
            Assert.Contains(report.DamagedPacks, p => packs[0].EndsWith(p.ObjectName, StringComparison.Ordinal));
            Assert.Equal(first.PointId, Assert.Single(report.PointsConcerned));
        }

        // Another process, and an incremental that reads again only what is named unreadable.
        await using (var vault = await test.OpenAsync())
        {
            var unreadable = new HashSet<long>();
            await foreach (var range in vault.FindUnreadableChunksAsync(first.Disks[0], Ct))
            {
                for (var i = range.First; i < range.First + range.Count; i++)
                {
                    unreadable.Add(i);
                }
            }

            Assert.NotEmpty(unreadable);
            await using var session = await vault.OpenSessionAsync(test.Source, Ct);
            var writer = session.BeginDisk(new DiskSpec("vda", disk.Length, TestVault.Chunk, "id"), first.Disks[0]);
            foreach (var i in unreadable.Order())
            {
                var buffer = vault.RentChunk(TestVault.Chunk);
                disk.AsSpan((int)i * TestVault.Chunk, TestVault.Chunk).CopyTo(buffer.Memory.Span);
                await writer.WriteChunkAsync(i, buffer, Ct);
            }

            await writer.CompleteAsync(Ct);
            var second = await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct);
            Assert.Equal(disk, await TestVault.RestoreAsync(vault, second.Disks[0]));
            Assert.Equal(disk, await TestVault.RestoreAsync(vault, first.Disks[0]));
            Assert.True((await vault.VerifyAsync([second], null, Ct)).IsHealthy);
        }
    }

    [Fact]
    public async Task An_attachment_whose_pack_is_known_to_be_damaged_is_named()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await using var session = await vault.OpenSessionAsync(test.Source, Ct);
        await session.AddAttachmentAsync("domain.xml", "<domain/>"u8.ToArray(), Ct);
        var point = await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct);
        Assert.Empty(await vault.FindUnreadableAttachmentsAsync(point, Ct));

        var pack = Assert.Single(Directory.GetFiles(Path.Combine(test.StorePath, "packs"), "*", SearchOption.AllDirectories));
        await Damage.DoAsync("cut", pack, pack);
        await vault.VerifyAsync([point], null, Ct);
        Assert.Equal(["domain.xml"], await vault.FindUnreadableAttachmentsAsync(point, Ct));
    }

    [Fact]
    public async Task A_healthy_vault_verifies_healthy()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var point = await test.BackUpAsync(vault, TestVault.SomeDisk(4, 3 << 20));
        var report = await vault.VerifyAsync([point], null, Ct);
        Assert.True(report.IsHealthy, string.Join(' ', report.DamagedPacks) + string.Join(' ', report.DamagedDisks) + string.Join(' ', report.DamagedIndexSegments));
        Assert.True(report.ChunksChecked > 0 && report.PacksChecked > 1 && report.BytesRead > 0);
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("cut")]
    [InlineData("delete")]
    [InlineData("foreign")]
    public async Task A_damaged_index_segment_costs_nothing_but_is_reported(string how)
    {
        await using var test = await TestVault.CreateAsync();
        var disk = TestVault.SomeDisk(5, 3 << 20);
        Point point;
        await using (var vault = await test.OpenAsync())
        {
            point = await test.BackUpAsync(vault, disk);
        }

        var segments = Directory.GetFiles(Path.Combine(test.StorePath, "index"), "*", SearchOption.AllDirectories);
        await Damage.DoAsync(how, segments[0], Directory.GetFiles(Path.Combine(test.StorePath, "points"), "*", SearchOption.AllDirectories)[0]);
        Directory.Delete(test.CachePath, recursive: true);
        await using var other = await test.OpenAsync();
        Assert.Equal(disk, await TestVault.RestoreAsync(other, point.Disks[0]));
        var report = await other.VerifyAsync([point], null, Ct);
        Assert.Single(report.DamagedIndexSegments);
        Assert.Empty(report.DamagedDisks);
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("delete")]
    public async Task An_index_is_rebuilt_from_the_packs(string how)
    {
        await using var test = await TestVault.CreateAsync();
        var disk = TestVault.SomeDisk(5, 3 << 20);
        Point point;
        await using (var vault = await test.OpenAsync())
        {
            point = await test.BackUpAsync(vault, disk);
        }

        foreach (var segment in Directory.GetFiles(Path.Combine(test.StorePath, "index"), "*", SearchOption.AllDirectories))
        {
            await Damage.DoAsync(how, segment, segment);
        }

        await using (var vault = await test.OpenAsync(options: new VaultOpenOptions()))
        {
            Assert.True((await vault.RebuildIndexAsync(Ct)).Packs >= 2);
            Assert.Equal((0, 0), await vault.RebuildIndexAsync(Ct));
        }

        await using var other = await test.OpenAsync(options: new VaultOpenOptions());
        Assert.All(other.Index.Packs.Values, p => Assert.False(p.FromFooter));
        Assert.Equal(disk, await TestVault.RestoreAsync(other, point.Disks[0]));
        Assert.True((await other.VerifyAsync([point], null, Ct)).IsHealthy);
        Assert.Empty((await HashCheck.RunAsync(test.Local, null, TimeProvider.System, null, Ct)).Damaged);
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("cut")]
    [InlineData("foreign")]
    public async Task A_damaged_point_is_named_and_the_others_stay_readable(string how)
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var disk = TestVault.SomeDisk(6, 1 << 20);
        var good = await test.BackUpAsync(vault, disk);
        var bad = await test.BackUpAsync(vault, disk);
        await Damage.DoAsync(
            how, Path.Combine(test.StorePath, $"points/{test.Source}/{bad.PointId}"), Path.Combine(test.StorePath, $"points/{test.Source}/{good.PointId}"));
        Assert.Equal(good.PointId, Assert.Single(await vault.ListPointsAsync(null, Ct)).PointId);
        Assert.Equal(bad.PointId, Assert.Single(await vault.ListUnreadablePointsAsync(null, Ct)).PointId);
        var error = await Assert.ThrowsAsync<VaultException>(() => vault.GetPointAsync(test.Source, bad.PointId, Ct));
        Assert.Equal(VaultErrorKind.Damaged, error.Kind);
        Assert.Equal(bad.PointId, Assert.Single(error.Points));
        Assert.Equal(bad.PointId, Assert.Single((await vault.VerifyAsync([good, bad], null, Ct)).UnreadablePoints).PointId);
        // Its packs still count: the point may be brought back from a copy.
        await vault.CleanUpDeadSessionsAsync(new DeadSessionOptions(), Ct);
        Assert.Equal(disk, await TestVault.RestoreAsync(vault, bad.Disks[0]));
    }

    [Fact]
    public async Task A_point_cut_to_a_tombstones_length_is_damaged_and_its_data_stays()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var point = await test.BackUpAsync(vault, TestVault.SomeDisk(7, 1 << 20));
        var path = Path.Combine(test.StorePath, $"points/{test.Source}/{point.PointId}");
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path, Ct))[..88], Ct);
        Assert.Single(await vault.ListUnreadablePointsAsync(null, Ct));
        await vault.CleanUpDeadSessionsAsync(new DeadSessionOptions(), Ct);
        Assert.False(await vault.RevokeSessionAsync(test.Source, point.PointId, Ct));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(test.StorePath, "packs", point.PointId.ToString())));
    }

    [Theory]
    [InlineData("config")]
    [InlineData("keys")]
    public async Task One_damaged_copy_of_config_or_keys_is_no_loss_two_are_said(string what)
    {
        await using var test = await TestVault.CreateAsync();
        var copies = Directory.GetFiles(Path.Combine(test.StorePath, what), "*", SearchOption.AllDirectories).Order().ToList();
        Assert.Equal(2, copies.Count);
        await Damage.DoAsync("flip", copies[0], copies[1]);
        await using (await test.OpenAsync())
        {
        }

        await Damage.DoAsync("flip", copies[1], copies[0]);
        var error = await Assert.ThrowsAsync<VaultException>(() => test.OpenAsync());
        Assert.Equal(VaultErrorKind.Damaged, error.Kind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_place_that_lost_its_vault_does_not_pass_for_a_vault_without_points(bool isMountPoint)
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        Assert.Empty(await vault.ListPointsAsync(null, Ct));
        Directory.Move(test.StorePath, test.StorePath + "-away");
        if (isMountPoint)
        {
            Directory.CreateDirectory(test.StorePath);
        }

        await Assert.ThrowsAsync<VaultException>(() => vault.ListPointsAsync(null, Ct));
        await Assert.ThrowsAsync<VaultException>(() => vault.ListPointsAsync(test.Source, Ct));
        await Assert.ThrowsAsync<VaultException>(() => vault.ListUnreadablePointsAsync(null, Ct));
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("cut")]
    [InlineData("foreign")]
    public async Task A_damaged_cache_file_is_made_anew(string how)
    {
        await using var test = await TestVault.CreateAsync();
        var disk = TestVault.SomeDisk(8, 2 << 20);
        Point point;
        await using (var vault = await test.OpenAsync())
        {
            point = await test.BackUpAsync(vault, disk);
            Assert.Equal(disk, await TestVault.RestoreAsync(vault, point.Disks[0]));
        }

        foreach (var file in Directory.GetFiles(test.CachePath, "*.idx", SearchOption.AllDirectories))
        {
            await Damage.DoAsync(how, file, file);
        }

        await using var other = await test.OpenAsync();
        Assert.Equal(disk, await TestVault.RestoreAsync(other, point.Disks[0]));
    }
}
