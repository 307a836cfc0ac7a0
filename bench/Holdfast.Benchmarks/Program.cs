using System.Globalization;
using BenchmarkDotNet.Running;
using Holdfast.Benchmarks;

return args switch
{
    ["bare", var image, .. var rest] => await BarePipeline.MeasureAsync(image, ChunkBytes(rest)),
    ["vault", var image, .. var rest] => await VaultPipeline.MeasureAsync(image, ChunkBytes(rest)),
    ["apply", var before, var after, var socket, var export] => await ImageDifference.ApplyAsync(before, after, socket, export),
    ["extents", var socket, var export] => await ExtentWalk.MeasureAsync(socket, export),
    ["scatter", var image, var sizeBytes, var count] =>
        ScatteredImage.Create(image, long.Parse(sizeBytes, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture)),
    _ => Microbenchmarks(args),
};

static int ChunkBytes(string[] rest) => rest is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : DiskSpec.DefaultChunkSizeBytes;

static int Microbenchmarks(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(NbdReadBenchmarks).Assembly).Run(args);
    return 0;
}
