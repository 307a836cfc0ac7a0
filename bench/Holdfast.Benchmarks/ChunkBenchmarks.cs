using BenchmarkDotNet.Attributes;

namespace Holdfast.Benchmarks;

/// <summary>The steps of one chunk's way, alone and together.</summary>
[MemoryDiagnoser]
public class ChunkBenchmarks : IDisposable
{
    private byte[] _data = [];
    private byte[] _zeros = [];
    private BareWorker? _worker;
    private int _compressedBytes;

    [Params(64 * 1024, 128 * 1024, 256 * 1024)]
    public int ChunkBytes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _data = SampleData.Create(ChunkBytes);
        _zeros = new byte[ChunkBytes];
        _worker = new BareWorker(ChunkBytes);
        _compressedBytes = _worker.Compress(_data);
    }

    [Benchmark]
    public bool ZeroTest() => BareWorker.IsZero(_zeros);

    [Benchmark]
    public byte[] Hash() => _worker!.Hash(_data);

    [Benchmark]
    public int Compress() => _worker!.Compress(_data);

    [Benchmark]
    public int Seal() => _worker!.Seal(_compressedBytes);

    [Benchmark]
    public int Everything() => _worker!.Process(_data);

    [GlobalCleanup]
    public void Dispose()
    {
        _worker?.Dispose();
        GC.SuppressFinalize(this);
    }
}
