using System.Globalization;
using System.Security.Cryptography;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Crashes;

/// <summary>
/// A VM lives through random writes, discards, snapshots, resizes, stops and kills. Each round ends with a backup that must equal an
/// independent read of the same instant, and at the end every point must still be what it was.
/// HOLDFAST_TEST_ROUNDS sets the number of rounds, HOLDFAST_TEST_SEED repeats a run.
/// </summary>
public sealed class RandomRunTests(Host host, ITestOutputHelper output)
{
    private const int RoundsShort = 4;

    [Fact]
    public async Task After_random_events_each_point_equals_an_independent_read_and_stays_so()
    {
        var rounds = Number("HOLDFAST_TEST_ROUNDS") ?? RoundsShort;
        var seed = Number("HOLDFAST_TEST_SEED") ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        var log = new List<string> { $"HOLDFAST_TEST_SEED={seed} HOLDFAST_TEST_ROUNDS={rounds}" };
        try
        {
            await RunAsync(new Random(seed), rounds, log);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\nThe run that failed:\n{string.Join('\n', log)}", e);
        }
        finally
        {
            output.WriteLine(string.Join('\n', log));
        }
    }

    private async Task RunAsync(Random random, int rounds, List<string> log)
    {
        await using var vm = await BareVm.StartAsync(host, new("vda") { SizeMiB = 32 }, new("vdb") { SizeMiB = 24 });
        var node = await Node.CreateAsync(host);
        var events = new RandomEvents(vm, node, random, log);
        var taken = new List<(string Point, IReadOnlyDictionary<string, string> Witness)>();
        for (var round = 1; round <= rounds; round++)
        {
            log.Add($"round {round}");
            for (var left = random.Next(3, 9); left > 0; left--)
                await events.HappenAsync();
            taken.Add(await BackUpAsync(vm, node, events.IsRunning));
            log.Add($"  point {taken[^1].Point}");
            events.BackedUp();
        }

        var points = await node.PointsAsync(vm.Name);
        foreach (var (point, witness) in taken)
        {
            Assert.Contains(point, points);
            await CompareAsync(vm, node, point, witness);
        }
    }

    private async Task<(string Point, IReadOnlyDictionary<string, string> Witness)> BackUpAsync(BareVm vm, Node node, bool isRunning)
    {
        if (isRunning)
        {
            var backup = await node.BackUpWithWitnessAsync(vm.Guest, "--consistency", "crash");
            await CompareAsync(vm, node, backup.Run.Point, backup.Frozen);
            return (backup.Run.Point, backup.Frozen);
        }

        var run = await vm.BackUpAsync(node);
        var images = new Dictionary<string, string>();
        foreach (var disk in await vm.PresentDisksAsync())
            images[disk.Target] = await FrozenExport.ReadImageAsync(host, disk);
        await CompareAsync(vm, node, run.Point, images);
        return (run.Point, images);
    }

    private static async Task CompareAsync(BareVm vm, Node node, string point, IReadOnlyDictionary<string, string> witness)
    {
        var restored = await node.RestoreDisksAsync(vm.Name, point);
        Assert.Equal(witness.Keys.Order(), restored.Keys.Order());
        foreach (var (target, copy) in witness)
            await Tool.RunAsync("cmp", copy, restored[target]);
        Directory.Delete(Path.GetDirectoryName(restored.Values.First())!, recursive: true);
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
