using CsCheck;
using Holdfast.Nbd;
using Holdfast.Protection.Backup;
using Holdfast.Vault;

namespace Holdfast.Protection.Tests.Backup;

public sealed class ReadPlanTests
{
    private const int Chunk = 64 * 1024;
    private const int Block = 4096;

    // The model: per block, is it dirty, is it flagged zero. The plan must handle exactly the chunks with a dirty block, and may
    // zero a chunk only if every one of its blocks is flagged zero.
    [Fact]
    public Task Steps_cover_exactly_the_dirty_chunks_and_zero_only_what_is_zero_all_over() =>
        (from blocks in Gen.Int[1, 400]
         from dirty in Gen.Bool.Array[blocks]
         from zero in Gen.Bool.Array[blocks]
         from cut in Gen.Int[0, Block / 512 - 1]
         from forced in Gen.Bool.Array[(blocks * Block + Chunk - 1) / Chunk]
         select (dirty, zero, size: (long)blocks * Block - cut * 512, forced)).SampleAsync(
        async c =>
        {
            var plan = new ReadPlan(c.size, Chunk);
            var forced = Enumerable.Range(0, (int)plan.ChunkCount).Where(i => c.forced[i]).Select(i => new ChunkRange(i, 1)).ToList();
            var chunks = plan.DirtyChunks(Extents(c.dirty, NbdContexts.Dirty, 0, c.size, c.size), forced);
            var steps = await plan.Steps(chunks, (o, l) => Extents(c.zero, NbdContexts.AllocationZero, o, o + l, c.size)).ToListAsync();

            var seen = new Dictionary<long, bool>();
            var last = -1L;
            foreach (var step in steps)
            {
                Assert.True(step.Chunks.First > last && step.Chunks.Count > 0);
                for (var i = step.Chunks.First; i < step.Chunks.End; i++)
                    seen.Add(i, step.IsZero);
                last = step.Chunks.End - 1;
            }

            for (var i = 0; i < plan.ChunkCount; i++)
            {
                var blocks = Enumerable.Range(i * (Chunk / Block), Chunk / Block).Where(b => b < c.dirty.Length).ToList();
                var wanted = c.forced[i] || blocks.Any(b => c.dirty[b]);
                Assert.Equal(wanted, seen.ContainsKey(i));
                if (wanted)
                    Assert.Equal(blocks.All(b => c.zero[b]), seen[i]);
            }
        }, iter: 2000);

    [Fact]
    public async Task A_gap_in_the_allocation_map_is_refused()
    {
        var plan = new ReadPlan(4 * Chunk, Chunk);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await plan.Steps(plan.WholeDisk(), (_, _) => Gapped()).CountAsync());

        static async IAsyncEnumerable<NbdExtent> Gapped()
        {
            await Task.CompletedTask;
            yield return new NbdExtent(0, Chunk, NbdContexts.AllocationZero);
            yield return new NbdExtent(2 * Chunk, 2 * Chunk, NbdContexts.AllocationZero);
        }
    }

    [Fact]
    public async Task Allocation_that_ends_early_is_read()
    {
        var plan = new ReadPlan(4 * Chunk, Chunk);
        var steps = await plan.Steps(plan.WholeDisk(), (_, _) => Short()).ToListAsync();
        Assert.Equal([new ReadStep(true, new ChunkRange(0, 1)), new ReadStep(false, new ChunkRange(1, 3))], steps);

        static async IAsyncEnumerable<NbdExtent> Short()
        {
            await Task.CompletedTask;
            yield return new NbdExtent(0, Chunk, NbdContexts.AllocationZero);
        }
    }

    [Fact]
    public async Task A_hole_without_the_zero_flag_is_read()
    {
        var plan = new ReadPlan(Chunk, Chunk);
        var steps = await plan.Steps(plan.WholeDisk(), (_, l) => Hole(l)).ToListAsync();
        Assert.Equal([new ReadStep(false, new ChunkRange(0, 1))], steps);

        static async IAsyncEnumerable<NbdExtent> Hole(long length)
        {
            await Task.CompletedTask;
            yield return new NbdExtent(0, length, NbdContexts.AllocationHole);
        }
    }

    [Fact]
    public async Task A_huge_empty_disk_is_one_step()
    {
        const long size = 8L << 40;
        var plan = new ReadPlan(size, Chunk);
        var steps = await plan.Steps(plan.WholeDisk(), (o, l) => Zero(o, l)).ToListAsync();
        Assert.Equal([new ReadStep(true, new ChunkRange(0, size / Chunk))], steps);

        static async IAsyncEnumerable<NbdExtent> Zero(long offset, long length)
        {
            await Task.CompletedTask;
            yield return new NbdExtent(offset, length, NbdContexts.AllocationZero | NbdContexts.AllocationHole);
        }
    }

    private static async IAsyncEnumerable<NbdExtent> Extents(bool[] blocks, uint flag, long from, long to, long size)
    {
        await Task.CompletedTask;
        for (var offset = from; offset < to;)
        {
            var end = Math.Min(Math.Min(((offset / Block) + 1) * Block, to), size);
            yield return new NbdExtent(offset, end - offset, blocks[offset / Block] ? flag : 0);
            offset = end;
        }
    }
}
