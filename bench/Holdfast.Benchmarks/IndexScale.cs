using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Holdfast.Benchmarks;

/// <summary>
/// The index of a large vault: cache files with a given number of made-up entries, as they are after a vault has grown for long. Measures how long they take to
/// write, to open with a cold page cache, to look up in, to merge, and to plan a garbage collection with; and the memory.
/// </summary>
internal static partial class IndexScale
{
    private const int RecordsOfPack = 256;
    private const int RecordBytes = 180_000;
    private const int Lookups = 2_000_000;
    private static readonly double[] Parts = [0.6, 0.2, 0.1, 0.05, 0.025, 0.0125, 0.0125];

    public static int Measure(long count, string folder)
    {
        Directory.CreateDirectory(folder);
        var keys = new VaultKeys(VaultKeys.NewMaster(), VaultId.New());
        var sizes = Parts.Select(p => (long)(count * p)).ToArray();
        var watch = Stopwatch.StartNew();
        var paths = new List<string>();
        for (var f = 0; f < sizes.Length; f++)
        {
            using var file = Write(folder, keys, f, sizes[f]);
            paths.Add(file.Path);
        }

        Say("write", $"{sizes.Sum():N0} entries in {sizes.Length} files, {paths.Sum(p => new FileInfo(p).Length) / 1e9:0.00} GB", watch);
        paths.ForEach(DropFromCache);
        watch.Restart();
        using var set = new SegmentSet(folder, folder, keys);
        foreach (var path in paths)
        {
            var file = SegmentFile.TryOpen(path, keys) ?? throw new InvalidOperationException("A file can't be opened.");
            Array.ForEach(file.Packs, p => p.Healthy = true);
            set.Add(file);
        }

        Say("open, cold", "all files, their MACs checked", watch);
        Look(set, sizes);
        Plan(set, sizes);
        Merge(set, folder, keys);
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static SegmentFile Write(string folder, VaultKeys keys, int f, long count)
    {
        var packs = new PackInfo[(count / RecordsOfPack) + 1];
        var session = PointId.New();
        for (var i = 0; i < packs.Length; i++)
        {
            packs[i] = new PackInfo(new PackId(RandomNumberGenerator.GetBytes(PackId.SizeBytes)), session, PackKind.Data) { SizeBytes = (long)RecordsOfPack * RecordBytes };
        }

        return SegmentFile.Write(folder, folder, keys, [], packs, count, Entries(f, count, packs.Length));
    }

    private static IEnumerable<IndexEntry> Entries(int f, long count, int packs)
    {
        for (long i = 0; i < count; i++)
        {
            var random = Mix((ulong)i + 77);
            yield return new IndexEntry(Prefix(f, i, count), (int)(random % (ulong)packs), (uint)(random >> 40), RecordBytes);
        }
    }

    private static void Look(SegmentSet set, long[] sizes)
    {
        foreach (var threads in (int[])[1, Environment.ProcessorCount])
        {
            foreach (var hits in (bool[])[true, false])
            {
                var watch = Stopwatch.StartNew();
                var found = 0;
                Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, t =>
                {
                    var own = 0;
                    Span<byte> id = stackalloc byte[ChunkId.SizeBytes];
                    for (var i = 0; i < Lookups; i++)
                    {
                        var random = Mix(((ulong)i * 31) + (ulong)t);
                        var f = Pick(random, sizes);
                        var prefix = hits ? Prefix(f, (long)(Mix(random) % (ulong)sizes[f]), sizes[f]) : new UInt128(random, Mix(random));
                        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(id, prefix);
                        own += set.TryFind(new ChunkId(id), healthyOnly: true, out _) ? 1 : 0;
                    }

                    Interlocked.Add(ref found, own);
                });
                var all = (long)Lookups * threads;
                Say(
                    hits ? "look up what is there" : "look up what isn't",
                    $"{all / watch.Elapsed.TotalSeconds:N0} a second with {threads} threads, {found:N0} of {all:N0} found", watch);
            }
        }
    }

    private static void Plan(SegmentSet set, long[] sizes)
    {
        var watch = Stopwatch.StartNew();
        var marks = new LiveMarks(set.Files);
        Span<byte> id = stackalloc byte[ChunkId.SizeBytes];
        for (var i = 0; i < Lookups; i++)
        {
            var f = Pick(Mix((ulong)i), sizes);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(id, Prefix(f, (long)(Mix((ulong)i + 5) % (ulong)sizes[f]), sizes[f]));
            marks.Mark(new ChunkId(id));
        }

        Say("mark", $"{Lookups / watch.Elapsed.TotalSeconds:N0} chunks a second", watch);
        watch.Restart();
        var usage = marks.Usage();
        Say("usage of packs", $"{usage.Count:N0} packs", watch);
        watch.Restart();
        var plan = GcPlan.Make(usage.Values, 0.7, usage.Values.Sum(u => u.Pack.SizeBytes) / 10);
        Say("plan", $"{plan.Dead.Count:N0} dead, {plan.Repack.Count:N0} to repack", watch);
    }

    private static void Merge(SegmentSet set, string folder, VaultKeys keys)
    {
        var watch = Stopwatch.StartNew();
        var small = set.Files.OrderBy(f => f.Count).Take(set.Files.Count - 2).ToList();
        using var merged = SegmentFileMerge.Merge(folder, folder, keys, small);
        Say("merge", $"{merged.Count:N0} entries of {small.Count} files", watch);
    }

    private static int Pick(ulong random, long[] sizes)
    {
        var at = (long)(random % (ulong)sizes.Sum());
        var f = 0;
        for (; at >= sizes[f]; f++)
        {
            at -= sizes[f];
        }

        return f;
    }

    private static UInt128 Prefix(int f, long i, long count) => ((UInt128.MaxValue / (UInt128)count) * (UInt128)i) + Mix(((ulong)f << 56) ^ (ulong)i);

    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    private static void Say(string what, string how, Stopwatch watch)
    {
        var memory = File.ReadLines("/proc/self/status").Where(l => l.StartsWith("RssAnon", StringComparison.Ordinal) || l.StartsWith("RssFile", StringComparison.Ordinal))
            .Select(l => string.Join(' ', l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-22} {watch.Elapsed.TotalSeconds,8:0.0} s  {how}  [{string.Join(", ", memory)}]"));
    }

    /// <summary>The next reader finds the file on the disk alone.</summary>
    private static void DropFromCache(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        _ = posix_fadvise((int)file.DangerousGetHandle(), 0, 0, 4);
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int posix_fadvise(int fd, long offset, long length, int advice);
}
