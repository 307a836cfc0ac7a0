using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Benchmarks;

/// <summary>The upper bound of a backup's rate: the same bytes and cores, and nothing but the work itself; nothing is written.</summary>
internal static class BarePipeline
{
    public static async Task<int> MeasureAsync(string image, int chunkBytes)
    {
        using var file = File.OpenHandle(image);
        var size = RandomAccess.GetLength(file);
        var chunks = (size + chunkBytes - 1) / chunkBytes;
        long next = -1, data = 0, stored = 0;
        var clock = Stopwatch.StartNew();
        var before = Environment.CpuUsage.TotalTime;
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() =>
        {
            using var worker = new BareWorker(chunkBytes);
            var buffer = new byte[chunkBytes];
            long mine, myData = 0, myStored = 0;
            while ((mine = Interlocked.Increment(ref next)) < chunks)
            {
                var read = RandomAccess.Read(file, buffer, mine * chunkBytes);
                if (worker.Process(buffer.AsSpan(0, read)) is > 0 and var length)
                {
                    myData += read;
                    myStored += length;
                }
            }
            Interlocked.Add(ref data, myData);
            Interlocked.Add(ref stored, myStored);
        })));
        Report("bare", clock.Elapsed, Environment.CpuUsage.TotalTime - before, data, stored);
        return 0;
    }

    public static void Report(string what, TimeSpan wall, TimeSpan cpu, long dataBytes, long storedBytes) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}\twall_s={wall.TotalSeconds:F3}\tcpu_s={cpu.TotalSeconds:F3}\tdata_bytes={dataBytes}\tstored_bytes={storedBytes}\tMB_per_s={dataBytes / 1e6 / wall.TotalSeconds:F1}"));
}
