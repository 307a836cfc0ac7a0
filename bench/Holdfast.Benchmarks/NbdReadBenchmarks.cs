using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Attributes;

namespace Holdfast.Benchmarks;

/// <summary>Reads 256 MiB from qemu-nbd over a unix socket; one operation is the whole.</summary>
[MemoryDiagnoser]
public class NbdReadBenchmarks
{
    private const int TotalBytes = 256 << 20;
    private string _folder = "";
    private NbdClient? _client;

    [Params(1, 4, 16)]
    public int InFlight { get; set; }

    [Params(128 * 1024, 1024 * 1024)]
    public int RequestBytes { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _folder = Directory.CreateTempSubdirectory("hf-bench-").FullName;
        var image = Path.Combine(_folder, "disk.raw");
        await File.WriteAllBytesAsync(image, SampleData.Create(TotalBytes));
        var socket = Path.Combine(_folder, "s");
        using var server = Process.Start(
            "qemu-nbd", ["-r", "-t", "-f", "raw", "--fork", "--pid-file", Path.Combine(_folder, "p"), "-k", socket, "-x", "disk", image]);
        await server.WaitForExitAsync();
        _client = await NbdClient.ConnectAsync(NbdEndpoint.Unix(socket), "disk", new NbdClientOptions { MaxInFlight = InFlight });
    }

    [Benchmark]
    public async Task ReadAsync()
    {
        var next = -RequestBytes;
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => Task.Run(async () =>
        {
            var buffer = GC.AllocateUninitializedArray<byte>(RequestBytes);
            int offset;
            while ((offset = Interlocked.Add(ref next, RequestBytes)) < TotalBytes)
                await _client!.ReadAsync(offset, buffer);
        })));
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _client!.DisposeAsync();
        var pid = int.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "p")), CultureInfo.InvariantCulture);
        using (var server = Process.GetProcessById(pid))
        {
            server.Kill();
        }
        Directory.Delete(_folder, recursive: true);
    }
}
