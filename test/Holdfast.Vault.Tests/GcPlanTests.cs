using CsCheck;

namespace Holdfast.Vault.Tests;

/// <summary>What goes and what is written anew, as a function of what is known.</summary>
public sealed class GcPlanTests
{
    private static readonly VaultKeys Keys = new(new byte[32], new VaultId(IdText.NewGuid()));

    /// <summary>Packs with some records, of which some are needed.</summary>
    private static readonly Gen<List<PackUsage>> Usages = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6], Gen.Bool, Gen.Int[1, 1000]).Select(
        (records, needed, healthy, bytes) => (records, needed: Math.Min(needed, records), healthy, bytes)).List[0, 20].Select(
        packs => packs.Select((p, i) => Usage(i, p.records, p.needed, p.healthy, p.bytes)).ToList());

    [Fact]
    public void Only_packs_of_which_nothing_is_needed_are_dead_and_all_of_them()
    {
        Usages.Sample(packs =>
        {
            var plan = GcPlan.Make(packs, 0.7, long.MaxValue);
            Assert.Equal(packs.Where(p => p.NeededRecords == 0).ToHashSet(), [.. plan.Dead]);
        });
    }

    [Fact]
    public void What_is_written_anew_is_healthy_sparse_within_the_budget_and_the_emptiest()
    {
        Gen.Select(Usages, Gen.Double.Unit, Gen.Long[0, 5000]).Sample((packs, below, budget) =>
        {
            var plan = GcPlan.Make(packs, below, budget);
            Assert.All(plan.Repack, p => Assert.True(p.Pack.Healthy && p.NeededRecords > 0 && p.NeededPart < below));
            Assert.True(plan.Repack.Sum(p => p.NeededBytes) <= budget);
            Assert.Equal(plan.Repack.OrderBy(p => p.NeededPart).ThenBy(p => p.Pack.Id.Prefix), plan.Repack);

            // Nothing emptier was left out but for the budget.
            var left = packs.Where(p => !p.IsDead && p.Pack.Healthy && p.NeededPart < below).Except(plan.Repack).ToList();
            Assert.All(left, p => Assert.True(plan.Repack.Sum(r => r.NeededBytes) + left.MinBy(l => (l.NeededPart, l.Pack.Id.Prefix))!.NeededBytes > budget));
            Assert.All(left, p => Assert.All(plan.Repack, r => Assert.True(r.NeededPart <= p.NeededPart)));
            Assert.Empty(plan.Dead.Intersect(plan.Repack));
        });
    }

    [Fact]
    public void A_pack_is_written_anew_below_the_share_and_not_at_it()
    {
        var half = Usage(1, 4, 2, true, 100);
        Assert.Empty(GcPlan.Make([half], 0.5, 1000).Repack);
        Assert.Single(GcPlan.Make([half], 0.51, 1000).Repack);
        Assert.Single(GcPlan.Make([half], 0.51, 200).Repack);
        Assert.Empty(GcPlan.Make([half], 0.51, 199).Repack);
    }

    [Fact]
    public void What_is_freed_is_what_the_packs_take_without_what_is_needed()
    {
        var plan = GcPlan.Make([Usage(1, 3, 0, true, 100), Usage(2, 4, 1, true, 100)], 0.7, 1000);
        Assert.Equal(plan.All.Sum(p => p.Pack.SizeBytes) - 100, plan.FreedBytes);
        Assert.Equal(2, plan.All.Count());
    }

    [Fact]
    public void A_pack_without_records_is_dead_and_needs_nothing()
    {
        var empty = Usage(1, 0, 0, true, 1);
        Assert.Equal((true, 0.0), (empty.IsDead, empty.NeededPart));
        Assert.Equal(0.25, Usage(1, 4, 1, true, 10).NeededPart);
    }

    /// <summary>Chunks with copies in several packs and files: the same answer as counting one by one.</summary>
    [Fact]
    public void Of_several_copies_one_is_needed_and_it_is_in_a_pack_that_stays_if_there_is_one()
    {
        Gen.Select(Gen.Int[0, 7], Gen.Int[0, 9], Gen.Int[0, 2]).Array[0, 40].Select(Gen.Int[0, 255], Gen.Int[0, 1023], Gen.Int[0, 255]).Sample(
            (records, unhealthy, marked, condemned) =>
            {
                using var folder = new Folder();
                var session = PointId.New();
                var packs = Enumerable.Range(0, 8).Select(i => new PackInfo(IdOf(i), session, PackKind.Data)
                {
                    SizeBytes = 1000, Healthy = (unhealthy & (1 << i)) == 0, Condemned = (condemned & (1 << i)) != 0,
                }).ToArray();
                var distinct = records.Select(r => (Pack: r.Item1, Chunk: r.Item2, File: r.Item3)).DistinctBy(r => (r.Pack, r.Chunk)).ToList();
                var files = Enumerable.Range(0, 3).Select(f => FileOf(folder.Path, packs, [.. distinct.Where(r => r.File == f).Select(r => (r.Pack, r.Chunk))])).ToList();
                var marks = new LiveMarks(files);
                for (var chunk = 0; chunk < 10; chunk++)
                {
                    if ((marked & (1 << chunk)) != 0)
                    {
                        Assert.Equal(distinct.Any(r => r.Chunk == chunk) ? 10 : -1, marks.Mark(ChunkOf(chunk)));
                    }
                }

                var usage = marks.Usage();
                foreach (var chunk in Enumerable.Range(0, 10))
                {
                    var copies = distinct.Where(r => r.Chunk == chunk).Select(r => packs[r.Pack]).ToList();
                    Assert.Equal((marked & (1 << chunk)) != 0 && copies.Count > 0, marks.IsMarked(ChunkOf(chunk)));
                }

                foreach (var pack in packs.Where(p => distinct.Any(r => packs[r.Pack] == p)))
                {
                    var expected = distinct.Where(r => packs[r.Pack] == pack && (marked & (1 << r.Chunk)) != 0).Count(r =>
                    {
                        var stay = distinct.Where(o => o.Chunk == r.Chunk).Select(o => packs[o.Pack]).Where(p => p.Healthy && !p.Condemned).ToList();
                        return stay.Count == 0 || stay.MinBy(p => p.Id.Prefix) == pack;
                    });
                    Assert.Equal(expected, usage[pack.Id].NeededRecords);
                    Assert.Equal(distinct.Count(r => packs[r.Pack] == pack), usage[pack.Id].Records);
                }

                files.ForEach(f => f.Dispose());
            },
            iter: 150, threads: 1);
    }

    private static PackUsage Usage(int pack, int records, int needed, bool healthy, int bytes)
    {
        var usage = new PackUsage(new PackInfo(IdOf(pack), default, PackKind.Data) { SizeBytes = (records * bytes) + 100, Healthy = healthy });
        for (var i = 0; i < records; i++)
        {
            usage.Add(bytes, i < needed);
        }

        return usage;
    }

    private static SegmentFile FileOf(string folder, PackInfo[] packs, (int Pack, int Chunk)[] records)
    {
        var entries = records.Select(r => new IndexEntry(ChunkOf(r.Chunk).Prefix, r.Pack, 96, 10)).OrderBy(e => e.Prefix).ToArray();
        var file = SegmentFile.Write(folder, folder, Keys, [], packs, entries.Length, entries);
        packs.CopyTo(file.Packs, 0);
        return file;
    }

    private static PackId IdOf(int number) => new([(byte)number, .. new byte[31]]);

    private static ChunkId ChunkOf(int number) => new([(byte)(number * 20), .. new byte[30], 1]);

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("holdfast-plan-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
