using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Benchmarks;

/// <summary>Walks all extents of an export: the time must be linear in their number, and the memory must not depend on it.</summary>
internal static class ExtentWalk
{
    public static async Task<int> MeasureAsync(string socket, string export)
    {
        var options = new NbdClientOptions { MetaContexts = [NbdContexts.BaseAllocation] };
        await using var client = await NbdClient.ConnectAsync(NbdEndpoint.Unix(socket), export, options);
        var clock = Stopwatch.StartNew();
        long extents = 0, dataBytes = 0;
        await foreach (var extent in client.GetExtentsAsync(NbdContexts.BaseAllocation, 0, client.SizeBytes))
        {
            extents++;
            if ((extent.Flags & NbdContexts.AllocationZero) == 0)
                dataBytes += extent.Length;
        }
        var anonymous = File.ReadLines("/proc/self/status").First(line => line.StartsWith("RssAnon", StringComparison.Ordinal));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"extents={extents}\tdata_bytes={dataBytes}\twall_s={clock.Elapsed.TotalSeconds:F2}\tcpu_s={Environment.CpuUsage.TotalTime.TotalSeconds:F2}\t{anonymous}"));
        return 0;
    }
}
