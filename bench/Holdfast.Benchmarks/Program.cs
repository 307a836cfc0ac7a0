using System.Globalization;
using BenchmarkDotNet.Running;
using Holdfast.Benchmarks;
using Holdfast.Benchmarks.Service;

return args switch
{
    ["bare", var image, .. var rest] => await BarePipeline.MeasureAsync(image, ChunkBytes(rest)),
    ["vault", var image, .. var rest] => await VaultPipeline.MeasureAsync(image, ChunkBytes(rest)),
    ["apply", var before, var after, var socket, var export] => await ImageDifference.ApplyAsync(before, after, socket, export),
    ["extents", var socket, var export] => await ExtentWalk.MeasureAsync(socket, export),
    ["scatter", var image, var sizeBytes, var count] =>
        ScatteredImage.Create(image, long.Parse(sizeBytes, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture)),
    ["schedule", var database, var speed, var items, var hosts] => await ScheduleLoad.MeasureAsync(
        database, double.Parse(speed, CultureInfo.InvariantCulture), int.Parse(items, CultureInfo.InvariantCulture),
        int.Parse(hosts, CultureInfo.InvariantCulture)),
    ["index-scale", var count, .. var rest] => IndexScale.Measure(
        long.Parse(count, CultureInfo.InvariantCulture), rest is [var folder] ? folder : Path.Combine(Path.GetTempPath(), "holdfast-index-scale")),
    ["lists", var database, .. var rest] => await ListLoad.MeasureAsync(database, rest is [var n] ? int.Parse(n, CultureInfo.InvariantCulture) : 1000),
    _ => Microbenchmarks(args),
};

static int ChunkBytes(string[] rest) => rest is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : DiskSpec.DefaultChunkSizeBytes;

static int Microbenchmarks(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(NbdReadBenchmarks).Assembly).Run(args);
    return 0;
}
