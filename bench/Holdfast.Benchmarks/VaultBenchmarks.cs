using BenchmarkDotNet.Attributes;

namespace Holdfast.Benchmarks;

/// <summary>The vault through its public interface: writing beside the bare work on as many bytes, map and index look-ups, reading.</summary>
[MemoryDiagnoser]
public class VaultBenchmarks
{
    private const int ChunkBytes = DiskSpec.DefaultChunkSizeBytes;
    private const int Chunks = 1024;
    private readonly byte[] _target = new byte[ChunkBytes];
    private byte[] _data = [];
    private string _folder = "";
    private BackupVault? _vault;
    private PointDisk? _disk;
    private long _round;
    private int _next;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _folder = Directory.CreateTempSubdirectory("holdfast-bench-").FullName;
        _data = SampleData.Create(Chunks * ChunkBytes);
        var store = new LocalFolderStore(_folder);
        await BackupVault.InitAsync(store, new VaultInitOptions { Passphrase = "benchmark" }, CancellationToken.None);
        _vault = await BackupVault.OpenAsync(store, VaultCredential.FromPassphrase("benchmark"), new VaultOpenOptions(), CancellationToken.None);
        _disk = (await WriteAsync()).Disks[0];
    }

    /// <summary>A whole session of 128 MiB of new data, its fsyncs and its commit included.</summary>
    [Benchmark]
    public Task<Point> Write128MiB() => WriteAsync();

    /// <summary>The same bytes through zero test, hash, zstd and AES-GCM on all cores, and nothing else.</summary>
    [Benchmark(Baseline = true)]
    public Task BareWork128MiB()
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() =>
        {
            using var worker = new BareWorker(ChunkBytes);
            int mine;
            while ((mine = Interlocked.Increment(ref next)) < Chunks)
                worker.Process(_data.AsSpan(mine * ChunkBytes, ChunkBytes));
        })));
    }

    /// <summary>Every map page of a disk of 1024 chunks, and an index look-up of each chunk.</summary>
    [Benchmark(OperationsPerInvoke = Chunks)]
    public async Task<int> LookUp()
    {
        var damaged = 0;
        await foreach (var _ in _vault!.FindUnreadableChunksAsync(_disk!, CancellationToken.None))
            damaged++;
        return damaged;
    }

    /// <summary>One chunk: map page, index, read, decrypt, decompress, check.</summary>
    [Benchmark]
    public Task<bool> ReadChunk() => _vault!.ReadChunkAsync(_disk!, _next++ % Chunks, _target, CancellationToken.None);

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _vault!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Point> WriteAsync()
    {
        // A stamp in every chunk: else all but the first session would only find what is stored already.
        _round++;
        await using var session = await _vault!.OpenSessionAsync(SourceId.New(), CancellationToken.None);
        var writer = session.BeginDisk(new DiskSpec("disk", (long)Chunks * ChunkBytes, ChunkBytes, "sample"), null);
        for (var i = 0; i < Chunks; i++)
        {
            var chunk = _vault.RentChunk(ChunkBytes);
            _data.AsSpan(i * ChunkBytes, ChunkBytes).CopyTo(chunk.Memory.Span);
            BitConverter.TryWriteBytes(chunk.Memory.Span, _round);
            await writer.WriteChunkAsync(i, chunk, CancellationToken.None);
        }
        await writer.CompleteAsync(CancellationToken.None);
        return await session.CommitAsync("{}"u8.ToArray(), TimeProvider.System.GetUtcNow(), CancellationToken.None);
    }
}
