using System.Security.Cryptography;
using Holdfast.Vault.AzureBlob;
using Holdfast.Vault.S3;
using Holdfast.Vault.Stores.Tests.Servers;
using Holdfast.Vault.Tests;

namespace Holdfast.Vault.Stores.Tests;

/// <summary>Points copied from a vault in each kind of store to one in each other, by a process that dies on the way, and by the next one.</summary>
public sealed class CopyBetweenStoresTests(RadosgwServer radosgw, AzuriteServer azurite) : IDisposable
{
    private const int Chunk = 64 << 10;
    private const int DiskBytes = 12 * Chunk;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("holdfast-test-");
    private readonly SourceId _source = SourceId.New();

    /// <summary>Each direction, with the same passphrase and another.</summary>
    public static TheoryData<string, string, bool> Directions
    {
        get
        {
            string[] kinds = ["folder", "s3", "azblob"];
            return [.. from f in kinds from t in kinds where f != t from same in (bool[])[true, false] select (f, t, same)];
        }
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Directions))]
    public async Task A_copy_that_died_goes_on_where_it_was_and_every_point_is_the_same(string fromKind, string toKind, bool isSameKey)
    {
        var toPassphrase = isSameKey ? "one" : "another";
        await using var from = await InitAsync(Place(fromKind), "one");
        var disks = new Dictionary<PointId, byte[]>();
        PointDisk? before = null;
        for (var i = 0; i < 3; i++)
        {
            var disk = before is null ? RandomNumberGenerator.GetBytes(DiskBytes) : (byte[])disks.Values.Last().Clone();
            RandomNumberGenerator.Fill(disk.AsSpan(i * Chunk, Chunk));
            var point = await BackUpAsync(from, disk, before, before is null ? 0 : i);
            (disks[point.PointId], before) = (disk, point.Disks[0]);
        }

        var points = await from.ListPointsAsync(null, Ct);
        var to = Place(toKind);
        await using (var early = await InitAsync(to, toPassphrase))
        {
            await from.CopyToAsync(early, [points[0]], null, Ct);
        }

        // It dies in the middle of the second point, of which it has stored something.
        await using (var dying = await OpenAsync(new FaultyStore(Places.Open(to), 5, FaultyStore.Mode.CrashAfter), toPassphrase))
        {
            await Assert.ThrowsAsync<VaultException>(() => from.CopyToAsync(dying, points, null, Ct));
        }

        await using var target = await OpenAsync(Places.Open(to), toPassphrase);
        var report = await from.CopyToAsync(target, points, null, Ct);

        Assert.Equal((1, 2), (report.AlreadyThere, report.Copied.Count));
        Assert.Empty((await from.CopyToAsync(target, points, null, Ct)).Copied);
        var copies = await target.ListPointsAsync(null, Ct);
        Assert.Equal(points.Select(p => p.PointId).ToHashSet(), copies.Select(c => c.Origin!.Point).ToHashSet());
        Assert.Equal(points.Count, copies.Count);
        foreach (var copy in copies)
        {
            var restored = new MemoryDisk(DiskBytes);
            await target.CopyDiskToAsync(copy.Disks[0], restored, null, Ct);
            Assert.Equal(disks[copy.Origin!.Point], restored.Bytes);
        }

        Assert.True((await target.VerifyAsync(copies, null, Ct)).IsHealthy);
    }

    private StorePlaces Places { get; } = new(
        [new S3Scheme(), new AzureBlobScheme()],
        new StoreContext
        {
            Credentials = StoreCredentials.Of(new Dictionary<string, string>
            {
                ["AWS_ACCESS_KEY_ID"] = "AKTEST", ["AWS_SECRET_ACCESS_KEY"] = "SKTEST", ["AZURE_STORAGE_KEY"] = AzuriteServer.Key,
            }),
        });

    private string Place(string kind) => kind switch
    {
        "folder" => Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N")),
        "s3" => radosgw.NewPlace(),
        _ => azurite.NewPlace(),
    };

    private async Task<BackupVault> InitAsync(string place, string passphrase)
    {
        await BackupVault.InitAsync(Places.Open(place), new VaultInitOptions { Passphrase = passphrase, Iterations = 10_000 }, Ct);
        return await OpenAsync(Places.Open(place), passphrase);
    }

    private static Task<BackupVault> OpenAsync(IObjectStore store, string passphrase) =>
        BackupVault.OpenAsync(store, VaultCredential.FromPassphrase(passphrase), new VaultOpenOptions { Parallelism = 2 }, Ct);

    private async Task<Point> BackUpAsync(BackupVault vault, byte[] disk, PointDisk? before, int first)
    {
        await using var session = await vault.OpenSessionAsync(_source, Ct);
        var writer = session.BeginDisk(new DiskSpec("vda", DiskBytes, Chunk, "id"), before);
        foreach (var i in Enumerable.Range(first, before is null ? DiskBytes / Chunk : 1))
        {
            var buffer = vault.RentChunk(Chunk);
            disk.AsSpan(i * Chunk, Chunk).CopyTo(buffer.Memory.Span);
            await writer.WriteChunkAsync(i, buffer, Ct);
        }

        await writer.CompleteAsync(Ct);
        return await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, Ct);
    }

    private sealed class MemoryDisk(int bytes) : IDiskTarget
    {
        public byte[] Bytes { get; } = new byte[bytes];

        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken ct)
        {
            data.CopyTo(Bytes.AsMemory((int)offset));
            return default;
        }
    }
}
