using System.Globalization;

namespace Holdfast.Vault.Tests.PowerLoss;

/// <summary>
/// The power goes at any moment of a vault's life in a folder. What the folder's file system was asked to do is recorded as system calls; after each of them the folder is made
/// as a loss of power may leave it, and must be a vault with every point that was committed, which goes on without anybody's help.
/// </summary>
[Collection(nameof(Alone))]
public sealed class PowerLossTests
{
    private const int DiskBytes = 24 * TestVault.Chunk;
    private static readonly GcOptions AtOnce = new() { Grace = TimeSpan.Zero, RepackBudget = 1 };

    // Whoever wrote before the power went is seen to be dead.
    private static readonly WriterIdentity Lost = WriterIdentity.Own with { StartTime = "0" };

    private static CancellationToken Ct => TestVault.Ct;

    [Fact]
    public async Task After_a_loss_of_power_at_any_moment_every_committed_point_is_whole_and_the_vault_goes_on()
    {
        var seed = Environment.GetEnvironmentVariable("HOLDFAST_TEST_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        var random = new Random(seed);
        await using var test = await TestVault.CreateAsync();
        var model = FileSystemModel.Of(test.Folder.FullName);
        var (changes, steps) = await LiveAsync(test);
        var marks = Path.Combine(test.Folder.FullName, "marks");
        Assert.True(changes.Count > 100, "strace saw what the store did");

        var step = steps[0];
        foreach (var (change, number) in changes.Select((c, i) => (c, i)))
        {
            model.Do(change);
            if (Path.GetDirectoryName(change.Path) == marks)
                step = steps[int.Parse(Path.GetFileName(change.Path), CultureInfo.InvariantCulture)];
            try
            {
                await CheckAsync(test, model, step, random);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"HOLDFAST_TEST_SEED={seed}: after call {number}, {change.Kind} {change.Path}, in step {step.Number} ({step.What})", e);
            }
        }
    }

    /// <summary>Lives a vault's life under strace.</summary>
    private static async Task<(IReadOnlyList<FileChange> Changes, IReadOnlyList<Step> Steps)> LiveAsync(TestVault test)
    {
        var steps = new List<Step> { new(0, "before anything", new Dictionary<PointId, byte[]>(), []) };
        await using var trace = await FileTrace.StartAsync(test.Folder.FullName, Ct);
        await using (var vault = await test.OpenAsync(options: Small(test.CachePath, Lost)))
        {
            var (one, two, three) = (Disk(1), Disk(2), Disk(3));
            // What they share keeps packs half in use: those are written anew.
            for (var i = 0; i < DiskBytes; i += 4 * TestVault.Chunk)
                one.AsSpan(i, TestVault.Chunk).CopyTo(two.AsSpan(i));
            var points = new Dictionary<PointId, byte[]>();
            var gone = new List<PointId>();
            async Task DoAsync(string what, PointId? inQuestion, Func<Task> action)
            {
                // From now until it is done what it is about may be there or not.
                var sure = points.Where(p => p.Key != inQuestion).ToDictionary();
                steps.Add(new Step(steps.Count, what, sure, [.. gone]));
                Directory.CreateDirectory(Path.Combine(test.Folder.FullName, "marks", (steps.Count - 1).ToString(CultureInfo.InvariantCulture)));
                await action();
            }

            async Task<Point> BackUpAsync(string what, byte[] disk, Point? before = null, byte[]? was = null)
            {
                Point? made = null;
                await DoAsync(what, null, async () => made = await test.BackUpAsync(vault, disk, before?.Disks[0], was));
                points[made!.PointId] = disk;
                return made;
            }

            var first = await BackUpAsync("first backup", one);
            var second = await BackUpAsync("second backup, based on the first", two, first, one);
            await DoAsync("protect a point", null, () => vault.SetRetentionAsync(test.Source, second.PointId, new RetentionMark(true, null), Ct));
            await DoAsync("delete the first point", first.PointId, () => vault.DeletePointAsync(test.Source, first.PointId, Ct));
            points.Remove(first.PointId);
            gone.Add(first.PointId);
            await DoAsync("condemn", null, () => vault.CollectGarbageAsync(new GcOptions { RepackBudget = 1 }, null, Ct));
            await BackUpAsync("backup beside condemned packs", three, second, two);
            await DoAsync("drop and write anew", null, () => vault.CollectGarbageAsync(AtOnce, null, Ct));
            await DoAsync("scrub", null, () => vault.ScrubAsync(new ScrubOptions(), null, Ct));
            await DoAsync("another passphrase", null, () => vault.AddPassphraseAsync("another one", "", Ct));
            await DoAsync("nothing", null, () => Task.CompletedTask);
        }

        return ([.. (await trace.StopAsync(Ct)).Where(c => !c.Path.StartsWith(test.CachePath, StringComparison.Ordinal))], steps);
    }

    private static async Task CheckAsync(TestVault test, FileSystemModel model, Step step, Random random)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-lost-");
        try
        {
            model.WriteAfterLoss(test.Folder.FullName, folder.FullName, random);
            var store = new LocalFolderStore(Path.Combine(folder.FullName, "vault"));
            await using var vault = await test.OpenAsync(store, options: Small(Path.Combine(folder.FullName, "own-cache"), WriterIdentity.Own));
            await ReadAsync(vault, test, step);
            var next = Disk(9);
            var made = await test.BackUpAsync(vault, next);
            await vault.CollectGarbageAsync(AtOnce, null, Ct);
            var found = await ReadAsync(vault, test, step);
            Assert.Equal(next, await TestVault.RestoreAsync(vault, Assert.Single(found, p => p.PointId == made.PointId).Disks[0]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Reads every point that is there, which are those that must be.</summary>
    private static async Task<IReadOnlyList<Point>> ReadAsync(BackupVault vault, TestVault test, Step step)
    {
        Assert.Empty(await vault.ListUnreadablePointsAsync(null, Ct));
        var found = await vault.ListPointsAsync(test.Source, Ct);
        Assert.Empty(step.Sure.Keys.Except(found.Select(p => p.PointId)));
        Assert.Empty(step.Gone.Intersect(found.Select(p => p.PointId)));
        foreach (var point in found)
        {
            if (step.Sure.TryGetValue(point.PointId, out var disk))
                Assert.Equal(disk, await TestVault.RestoreAsync(vault, point.Disks[0]));
        }

        Assert.True((await vault.VerifyAsync(found, null, Ct)).IsHealthy);
        return found;
    }

    private static byte[] Disk(int seed) => TestVault.SomeDisk(seed, DiskBytes);

    private static VaultOpenOptions Small(string cache, WriterIdentity writer) =>
        new() { CacheDirectory = cache, PackBytesTarget = 256 << 10, IndexSegmentEntriesMax = 16, Parallelism = 2, Writer = writer };

    /// <summary>strace sees all that this process does: other tests meanwhile would fill the disk with it.</summary>
    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;

    /// <summary>A step of the vault's life.</summary>
    /// <param name="Number">Its number.</param>
    /// <param name="What">What is done.</param>
    /// <param name="Sure">The points that must be there, with what is in them.</param>
    /// <param name="Gone">The points that must not be there any more.</param>
    private sealed record Step(int Number, string What, IReadOnlyDictionary<PointId, byte[]> Sure, IReadOnlyList<PointId> Gone);
}
