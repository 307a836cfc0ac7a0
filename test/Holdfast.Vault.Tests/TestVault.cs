namespace Holdfast.Vault.Tests;

/// <summary>A vault in a temporary folder, with small packs, and helpers that write and read whole disks.</summary>
internal sealed class TestVault : IAsyncDisposable
{
    public const string Passphrase = "correct horse battery staple";
    public const int Chunk = 64 * 1024;

    public DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("holdfast-test-");

    public string StorePath => Path.Combine(Folder.FullName, "vault");

    public string CachePath => Path.Combine(Folder.FullName, "cache");

    public LocalFolderStore Local => new(StorePath);

    public VaultCreated Created { get; private set; } = null!;

    public SourceId Source { get; } = SourceId.New();

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<TestVault> CreateAsync()
    {
        var test = new TestVault();
        test.Created = await BackupVault.InitAsync(
            test.Local, new VaultInitOptions { Passphrase = Passphrase, Iterations = 10_000 }, Ct);
        return test;
    }

    public Task<BackupVault> OpenAsync(IObjectStore? store = null, VaultCredential? credential = null, VaultOpenOptions? options = null) =>
        BackupVault.OpenAsync(store ?? Local, credential ?? VaultCredential.FromPassphrase(Passphrase), options ?? Options(), Ct);

    public VaultOpenOptions Options(int packBytes = 1 << 20, int segmentEntries = 64) => new()
    {
        CacheDirectory = CachePath, PackBytesTarget = packBytes, IndexSegmentEntriesMax = segmentEntries, Parallelism = 2,
    };

    public async Task<Point> BackUpAsync(BackupVault vault, byte[] disk, PointDisk? basedOn = null, byte[]? before = null, int chunk = Chunk, int day = 1)
    {
        await using var session = await vault.OpenSessionAsync(Source, Ct);
        await WriteDiskAsync(vault, session, disk, basedOn, before, chunk);
        return await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch.AddDays(day), Ct);
    }

    /// <summary>Writes what differs from before (all, if there is no before).</summary>
    public static async Task<PointDisk> WriteDiskAsync(
        BackupVault vault, VaultSession session, byte[] disk, PointDisk? basedOn = null, byte[]? before = null, int chunk = Chunk, string name = "vda")
    {
        var writer = session.BeginDisk(new DiskSpec(name, disk.Length, chunk, "id"), basedOn);
        for (var i = 0; i * (long)chunk < disk.Length; i++)
        {
            var piece = disk.AsSpan(i * chunk, Math.Min(chunk, disk.Length - (i * chunk)));
            if (before is not null && piece.SequenceEqual(before.AsSpan(i * chunk, piece.Length)))
            {
                continue;
            }

            if (before is not null && piece.IndexOfAnyExcept((byte)0) < 0)
            {
                await writer.WriteZerosAsync(i, 1, Ct);
                continue;
            }

            var buffer = vault.RentChunk(chunk);
            disk.AsSpan(i * chunk, Math.Min(chunk, disk.Length - (i * chunk))).CopyTo(buffer.Memory.Span);
            await writer.WriteChunkAsync(i, buffer, Ct);
        }

        return await writer.CompleteAsync(Ct);
    }

    public static async Task<byte[]> RestoreAsync(BackupVault vault, PointDisk disk)
    {
        var target = new MemoryTarget(disk.SizeBytes);
        await vault.CopyDiskToAsync(disk, target, null, Ct);
        return target.Bytes;
    }

    /// <summary>Random bytes: nothing compresses, and no two chunks are the same.</summary>
    public static byte[] RandomDisk(int seed, int chunks)
    {
        var disk = new byte[chunks * Chunk];
        new Random(seed).NextBytes(disk);
        return disk;
    }

    /// <summary>Text-like and random bytes with stretches of zeros.</summary>
    public static byte[] SomeDisk(int seed, int bytes)
    {
        var random = new Random(seed);
        var disk = new byte[bytes];
        for (var at = 0; at < bytes;)
        {
            var length = Math.Min(bytes - at, random.Next(1, 200_000));
            var kind = random.Next(4);
            var piece = disk.AsSpan(at, length);
            if (kind == 0)
            {
                random.NextBytes(piece);
            }
            else if (kind < 3)
            {
                for (var i = 0; i < length; i++)
                {
                    piece[i] = (byte)"the quick brown fox jumps over the lazy dog "[(i + (seed * kind)) % 44];
                }

                random.NextBytes(piece[..Math.Min(length, 64)]);
            }

            at += length;
        }

        return disk;
    }

    public ValueTask DisposeAsync()
    {
        Folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    internal sealed class MemoryTarget(long bytes) : IDiskTarget
    {
        public byte[] Bytes { get; } = new byte[bytes];

        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken ct)
        {
            data.CopyTo(Bytes.AsMemory((int)offset));
            return ValueTask.CompletedTask;
        }
    }
}
