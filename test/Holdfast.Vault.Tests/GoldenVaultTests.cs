using System.Security.Cryptography;

namespace Holdfast.Vault.Tests;

/// <summary>
/// Vaults of released format versions, in test/golden: each must stay readable for good. <c>HOLDFAST_WRITE_GOLDEN=1</c> writes one of the present version
/// where there is none yet; one that is committed is never written again.
/// </summary>
public sealed class GoldenVaultTests
{
    private const string Passphrase = "golden vault";

    private static readonly string Golden = Path.Combine(Repository(), "test/golden");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("v1")]
    [InlineData("v1-epochs")]
    public async Task A_golden_vault_is_listed_verified_and_restored_byte_for_byte(string name) => await CheckAsync(Path.Combine(Golden, name));

    [Theory]
    [InlineData("v1")]
    [InlineData("v1-epochs")]
    public async Task A_vault_of_the_present_version_is_what_the_golden_one_is(string name)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-golden-");
        try
        {
            await MakeAsync(folder.FullName, name != "v1");
            await CheckAsync(folder.FullName);
            var committed = Path.Combine(Golden, name);
            if (Environment.GetEnvironmentVariable("HOLDFAST_WRITE_GOLDEN") == "1" && !Directory.Exists(committed))
            {
                Copy(folder.FullName, committed);
            }

            Assert.True(Files(committed).Sum(f => new FileInfo(f).Length) < 300_000, "small enough to be committed");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Opens a copy, with passphrase and recovery key; compares with the hashes beside it.</summary>
    private static async Task CheckAsync(string golden)
    {
        var expected = (await File.ReadAllLinesAsync(Path.Combine(golden, "disks.sha256"), Ct)).Select(l => l.Split("  ")).ToDictionary(l => l[1], l => l[0]);
        var recovery = await File.ReadAllTextAsync(Path.Combine(golden, "recovery-key"), Ct);
        var folder = Directory.CreateTempSubdirectory("holdfast-golden-");
        try
        {
            Copy(Path.Combine(golden, "vault"), folder.FullName);
            foreach (var credential in (VaultCredential[])[VaultCredential.FromPassphrase(Passphrase), VaultCredential.FromRecoveryKey(recovery)])
            {
                await using var vault = await BackupVault.OpenAsync(new LocalFolderStore(folder.FullName), credential, new VaultOpenOptions(), Ct);
                var points = await vault.ListPointsAsync(null, Ct);
                Assert.True((await vault.VerifyAsync(points, null, Ct)).IsHealthy);
                var found = new Dictionary<string, string>();
                foreach (var point in points)
                {
                    foreach (var disk in point.Disks)
                    {
                        found[$"{point.PointId}/{disk.Name}"] = Hash(await TestVault.RestoreAsync(vault, disk));
                    }

                    foreach (var attachment in point.Attachments)
                    {
                        found[$"{point.PointId}/{attachment.Name}"] = Hash(await vault.ReadAttachmentAsync(point, attachment.Name, Ct));
                    }
                }

                Assert.Equal(expected, found);
                Assert.Equal("noted"u8.ToArray(), await vault.ReadNoteAsync("golden", Ct));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Two points with two disks and an attachment each, a deleted one, a mark, a note; in the larger one a second key epoch and a lock.</summary>
    private static async Task MakeAsync(string golden, bool withEpochs)
    {
        var path = Path.Combine(golden, "vault");
        var store = new LocalFolderStore(path);
        var created = await BackupVault.InitAsync(store, new VaultInitOptions { Passphrase = Passphrase, Iterations = 10_000 }, Ct);
        var recovery = created.RecoveryKey;
        var source = SourceId.New();
        var (first, second) = (Disk(1), Disk(1));
        "something else"u8.CopyTo(second.AsSpan(200_000));
        var lines = new List<string>();
        Point one;
        await using (var vault = await OpenAsync())
        {
            one = await BackUpAsync(vault, first, null, null);
            await vault.SetRetentionAsync(source, one.PointId, new RetentionMark(false, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)), Ct);
            await vault.DeletePointAsync(source, (await BackUpAsync(vault, Disk(3), null, null)).PointId, Ct);
            lines.RemoveRange(3, 3);
            if (withEpochs)
            {
                (_, recovery) = await vault.RenewDataKeyAsync(Passphrase, "golden", Ct);
            }
        }

        await using (var vault = await OpenAsync())
        {
            if (withEpochs)
            {
                await vault.SetImmutabilityAsync(new VaultImmutability(ImmutabilityState.Locked, 1), Ct);
            }

            await BackUpAsync(vault, second, one.Disks[0], first);
            await vault.WriteNoteAsync("golden", "noted"u8.ToArray(), Ct);
        }

        Directory.Delete(Path.Combine(path, "reserve"), recursive: true);
        Directory.Delete(Path.Combine(path, ".tmp"), recursive: true);
        await File.WriteAllLinesAsync(Path.Combine(golden, "disks.sha256"), lines, Ct);
        await File.WriteAllTextAsync(Path.Combine(golden, "recovery-key"), recovery + "\n", Ct);
        await File.WriteAllTextAsync(Path.Combine(golden, "passphrase"), Passphrase + "\n", Ct);

        Task<BackupVault> OpenAsync() => BackupVault.OpenAsync(
            store, VaultCredential.FromPassphrase(Passphrase), new VaultOpenOptions { PackBytesTarget = 16_000, IndexSegmentEntriesMax = 16 }, Ct);

        async Task<Point> BackUpAsync(BackupVault vault, byte[] disk, PointDisk? basedOn, byte[]? before)
        {
            await using var session = await vault.OpenSessionAsync(source, Ct);
            await TestVault.WriteDiskAsync(vault, session, disk, basedOn, before);
            var large = Disk(2);
            await TestVault.WriteDiskAsync(vault, session, large, chunk: 1 << 20, name: "vdb");
            await session.AddAttachmentAsync("domain.xml", "<domain/>"u8.ToArray(), Ct);
            var point = await session.CommitAsync("{\"golden\":true}"u8.ToArray(), new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero), Ct);
            lines.Add($"{Hash(disk)}  {point.PointId}/vda");
            lines.Add($"{Hash(large)}  {point.PointId}/vdb");
            lines.Add($"{Hash("<domain/>"u8.ToArray())}  {point.PointId}/domain.xml");
            return point;
        }
    }

    /// <summary>1.5 MiB and some bytes, mostly zeros and text; a little of it doesn't compress.</summary>
    private static byte[] Disk(int seed)
    {
        var disk = new byte[1_600_512];
        var random = new Random(seed);
        for (var i = 0; i < 8; i++)
        {
            random.NextBytes(disk.AsSpan(random.Next(disk.Length - 3000), 2500));
            "the quick brown fox "u8.CopyTo(disk.AsSpan(random.Next(disk.Length - 100)));
        }

        return disk;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string[] Files(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories);

    private static void Copy(string from, string to)
    {
        foreach (var file in Files(from))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    internal static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Holdfast.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Not in the repository.");
        }

        return folder;
    }
}
