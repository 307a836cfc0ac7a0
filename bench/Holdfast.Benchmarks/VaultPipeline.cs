using System.Diagnostics;

namespace Holdfast.Benchmarks;

/// <summary>The vault's write path alone, from a file: what the vault adds to <see cref="BarePipeline"/>, fsync included.</summary>
internal static class VaultPipeline
{
    public static async Task<int> MeasureAsync(string image, int chunkBytes)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-bench-").FullName;
        try
        {
            var store = new LocalFolderStore(Path.Combine(folder, "vault"));
            await BackupVault.InitAsync(store, new VaultInitOptions { Passphrase = "benchmark", Iterations = 210_000 }, CancellationToken.None);
            await using var vault = await BackupVault.OpenAsync(
                store, VaultCredential.FromPassphrase("benchmark"), new VaultOpenOptions(), CancellationToken.None);
            var clock = Stopwatch.StartNew();
            var before = Environment.CpuUsage.TotalTime;
            await using var session = await vault.OpenSessionAsync(SourceId.New(), CancellationToken.None);
            var data = await WriteAsync(vault, session, image, chunkBytes);
            await session.CommitAsync("{}"u8.ToArray(), TimeProvider.System.GetUtcNow(), CancellationToken.None);
            BarePipeline.Report("vault", clock.Elapsed, Environment.CpuUsage.TotalTime - before, data, StoredBytes(folder));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<long> WriteAsync(BackupVault vault, VaultSession session, string image, int chunkBytes)
    {
        using var file = File.OpenHandle(image);
        var size = RandomAccess.GetLength(file);
        var writer = session.BeginDisk(new DiskSpec("disk", size, chunkBytes, "image"), null);
        var data = 0L;
        for (var index = 0L; index * chunkBytes < size; index++)
        {
            var chunk = vault.RentChunk(chunkBytes);
            var read = RandomAccess.Read(file, chunk.Memory.Span, index * chunkBytes);
            chunk.Memory.Span[read..].Clear();
            if (BareWorker.IsZero(chunk.Memory.Span))
            {
                chunk.Dispose();
                continue;
            }
            data += read;
            await writer.WriteChunkAsync(index, chunk, CancellationToken.None);
        }
        await writer.CompleteAsync(CancellationToken.None);
        return data;
    }

    private static long StoredBytes(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
