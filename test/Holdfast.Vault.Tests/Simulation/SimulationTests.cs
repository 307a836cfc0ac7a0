using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Vault.Tests;

public sealed class SimulationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public Task Every_committed_point_stays_whole_whatever_happens_beside_it(int seed) => new VaultSimulation(seed).RunAsync(steps: 25);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Damage_of_any_object_hands_out_no_wrong_data_and_deletes_nothing_that_is_needed(int seed) => await new DamageSimulation(seed).RunAsync(cases: 40);

    /// <summary>The long run: <c>make campaign HOURS=2 SEED=7</c>. Every failure prints the seed that repeats it.</summary>
    [Fact]
    public async Task The_campaign_finds_nothing()
    {
        var hours = double.Parse(Environment.GetEnvironmentVariable("HOLDFAST_CAMPAIGN_HOURS") ?? "0", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("HOLDFAST_CAMPAIGN_SEED") ?? "1000", CultureInfo.InvariantCulture);
        var happened = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var failures = new List<string>();
        var watch = Stopwatch.StartNew();
        var runs = 0;
        do
        {
            // Now and then all that can be damaged, one after the other.
            var (damage, run) = (new DamageSimulation(seed), new VaultSimulation(seed));
            try
            {
                await (hours > 0 && runs % 25 == 24 ? damage.RunAsync(cases: null) : run.RunAsync(steps: hours > 0 ? 60 : 25));
            }
            catch (InvalidOperationException e)
            {
                failures.Add(e.ToString());
                await Console.Error.WriteLineAsync(e.ToString());
            }

            foreach (var (what, count) in run.Happened.Concat(damage.Happened))
            {
                happened[what] = happened.GetValueOrDefault(what) + count;
            }

            seed++;
            runs++;
            if (runs % 10 == 0 && hours > 0)
            {
                // So that growth is seen for what it is: garbage that isn't collected yet, or something that is held.
                var managed = GC.GetTotalMemory(forceFullCollection: true);
                await Console.Error.WriteLineAsync(
                    $"{runs} runs, {watch.Elapsed.TotalMinutes:0} min: {Environment.WorkingSet >> 20} MiB resident, {managed >> 20} MiB managed, "
                    + $"{File.ReadLines("/proc/self/maps").Count()} mappings");
            }
        }
        while (watch.Elapsed.TotalHours < hours);

        output.WriteLine($"{runs} runs, the next seed is {seed}");
        foreach (var (what, count) in happened)
        {
            output.WriteLine($"{count,8} {what}");
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }
}
