using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Holdfast.Vault.Tests;

public sealed class IndexCacheTests : IDisposable
{
    private static readonly VaultKeys Keys = new(VaultKeys.NewMaster(), VaultId.New());
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("holdfast-test-");

    [Fact]
    public void Files_that_were_replaced_are_let_go_while_the_index_is_used()
    {
        using var set = new SegmentSet(_folder.FullName, _folder.FullName, Keys);
        ReplaceMany(set);
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        var mapped = File.ReadLines("/proc/self/maps").Where(l => l.Contains(_folder.FullName, StringComparison.Ordinal)).ToList();
        Assert.Single(mapped);
        Assert.DoesNotContain("(deleted)", mapped[0], StringComparison.Ordinal);
        Assert.True(set.HasReusable(IdOf(99)));
    }

    [Fact]
    public void A_file_is_let_go_once_however_often_it_is_disposed()
    {
        var file = FileOf(1);
        file.Dispose();
        file.Dispose();
        Assert.DoesNotContain(File.ReadLines("/proc/self/maps"), l => l.Contains(file.Path, StringComparison.Ordinal));
    }

    // A file system in memory knows at once that it hasn't so much, and a hole in a mapped file would be found out only by writing.
    [Fact]
    public void A_file_for_which_there_is_no_space_is_a_fault_and_leaves_nothing()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "There is no file system in memory.");
        var folder = Directory.CreateDirectory($"/dev/shm/holdfast-test-{Guid.NewGuid():N}");
        try
        {
            var count = (new DriveInfo("/dev/shm").TotalSize / IndexEntry.SizeBytes) + 1;
            Assert.Throws<VaultException>(() => SegmentFile.Write(folder.FullName, folder.FullName, Keys, [], [], count, NotReached()));
            Assert.Empty(folder.GetFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // What a killed process leaves is what a live one has, with nobody who holds it.
    [Fact]
    public void What_a_killed_process_left_in_the_cache_goes_and_what_a_live_one_has_stays()
    {
        var (here, there) = (_folder.CreateSubdirectory("here").FullName, _folder.CreateSubdirectory("there").FullName);
        using var live = new CacheFolder(here, Keys.Vault);
        using var whole = FileOf(1, live.Path);
        using var open = FileOf(2, live.Scratch);
        File.WriteAllText(Path.Combine(live.Scratch, "half.idx.tmp"), "");
        var lived = Entries(live.Path);
        using (var copy = Process.Start("cp", ["-r", $"{here}/.", there]))
        {
            copy.WaitForExit();
        }

        using var beside = new CacheFolder(here, Keys.Vault);
        Assert.Superset(lived, Entries(live.Path));
        beside.Dispose();
        Assert.Equal(lived, Entries(live.Path));

        using var next = new CacheFolder(there, Keys.Vault);
        Assert.Single(next.OpenAll(Keys)).Dispose();
        next.Dispose();
        Assert.Equal([Path.GetFileName(whole.Path), "open"], Directory.GetFileSystemEntries(next.Path).Select(Path.GetFileName).Order());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(next.Path, "open")));

        static HashSet<string> Entries(string folder) => [.. Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories)];
    }

    [Fact]
    public void Many_that_use_the_same_cache_begin_and_end_at_the_same_time()
    {
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            using var cache = new CacheFolder(_folder.FullName, Keys.Vault);
            using var file = FileOf((byte)i, cache.Scratch);
            Assert.True(File.Exists(file.Path));
        });
        Assert.Empty(Directory.GetFiles(_folder.FullName, "*", SearchOption.AllDirectories));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // In a frame of its own, so that no local keeps a file.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReplaceMany(SegmentSet set)
    {
        for (var i = 0; i < 100; i++)
        {
            set.Replace([.. set.Files], [FileOf((byte)i)]);
            Assert.True(set.HasReusable(IdOf((byte)i)));
        }
    }

    /// <summary>Where the entries are written: a file of which there is a hole is mapped then, and writing on would fill the memory.</summary>
    private static IEnumerable<IndexEntry> NotReached() => Enumerable.Repeat(0, 1).Select<int, IndexEntry>(_ => throw new InvalidOperationException("There is no space for it."));

    private SegmentFile FileOf(byte number, string? folder = null)
    {
        var file = SegmentFile.Write(
            folder ?? _folder.FullName, folder ?? _folder.FullName, Keys, [], [new PackInfo(new PackId(new byte[32]), PointId.New(), PackKind.Data) { SizeBytes = 1 }], 1, [new IndexEntry(IdOf(number).Prefix, 0, 0, 1)]);
        file.Packs[0].Healthy = true;
        return file;
    }

    private static ChunkId IdOf(byte number) => new(Enumerable.Repeat((byte)(number + 1), 32).ToArray());
}
