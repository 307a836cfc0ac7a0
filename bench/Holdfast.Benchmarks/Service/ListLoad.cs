using System.Diagnostics;
using System.Globalization;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Policies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Benchmarks.Service;

/// <summary>Lists and single items of a large database, beside those of a small one.</summary>
internal static class ListLoad
{
    private const int Rounds = 300;
    private const int JobsPerItem = 50;

    private const int FewItems = 10;
    private const int WarmUpRounds = 30;

    public static async Task<int> MeasureAsync(string database, int manyItems)
    {
        await using var small = await Populated.CreateAsync(database, FewItems);
        await using var large = await Populated.CreateAsync(database, manyItems);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(database == "sqlite" ? "SQLite" : "PostgreSQL")}: p95 of a call in ms, with {FewItems} and with {manyItems} items, {JobsPerItem} jobs each"));
        foreach (var ((name, few), (_, many)) in small.Calls.Zip(large.Calls))
        {
            // In turn, so that a noisy moment hits both.
            var (fewMs, manyMs) = (new List<double>(), new List<double>());
            for (var i = 0; i < Rounds + WarmUpRounds; i++)
            {
                var (a, b) = (await TakenAsync(few), await TakenAsync(many));
                if (i >= WarmUpRounds)
                {
                    fewMs.Add(a);
                    manyMs.Add(b);
                }
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {name}: {P95(fewMs):f2}, {P95(manyMs):f2}, ratio {P95(manyMs) / P95(fewMs):f1}"));
        }

        return 0;
    }

    private static async Task<double> TakenAsync(Func<Task> call)
    {
        var watch = Stopwatch.StartNew();
        await call();
        return watch.Elapsed.TotalMilliseconds;
    }

    private static double P95(List<double> taken)
    {
        taken.Sort();
        return taken[taken.Count * 95 / 100];
    }

    /// <summary>A node on a database with so many items, and the calls on it.</summary>
    private sealed class Populated : IAsyncDisposable
    {
        private readonly ServiceWorld _world;
        private readonly IHost _node;

        private Populated(ServiceWorld world, IHost node, IReadOnlyList<(string Name, Func<Task> Call)> calls) =>
            (_world, _node, Calls) = (world, node, calls);

        public IReadOnlyList<(string Name, Func<Task> Call)> Calls { get; }

        public static async Task<Populated> CreateAsync(string database, int itemsCount)
        {
            var time = new ScaledTime(new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero), 1);
            var world = await ServiceWorld.CreateAsync(database, time);
            var node = world.Node(time, 1);
            var policies = node.Services.GetRequiredService<BackupPolicies>();
            var policy = (await policies.FindAsync(world.Vault, DefaultPolicies.StandardName, default))!;
            var items = Enumerable.Range(0, itemsCount).Select(i => world.Item(i, policy.Id, null)).ToList();
            var jobIds = new List<Guid>();
            foreach (var batch in items.Chunk(100))
            {
                await using var db = ServiceWorld.Db(node);
                db.AddRange(batch);
                foreach (var job in batch.SelectMany(i => Enumerable.Range(0, JobsPerItem).Select(n => Job(i, time.GetUtcNow().AddDays(-n)))))
                {
                    jobIds.Add(job.JobId);
                    db.Add(job);
                }

                await db.SaveChangesAsync();
            }

            var protectedItems = node.Services.GetRequiredService<ProtectedItems>();
            var jobs = node.Services.GetRequiredService<Jobs>();
            var middle = items[items.Count / 2];
            var middleJob = jobIds[jobIds.Count / 2].ToString();

            // A page of ten of each, so that both sizes return as much.
            return new(world, node,
            [
                ("items list", () => protectedItems.ListAsync(world.Vault, new ItemFilter { Take = 10 }, default)),
                ("item show", () => protectedItems.FindAsync(world.Vault, middle.ContainerName, middle.ItemName, default)),
                ("jobs list", () => jobs.ListAsync(world.Vault, new JobFilter { Take = 10 }, default)),
                ("jobs list of failed ones", () => jobs.ListAsync(world.Vault, new JobFilter { Status = JobStatus.Failed, Take = 10 }, default)),
                ("job show", () => jobs.FindAsync(world.Vault, middleJob, default)),
                ("policies list", () => policies.ListAsync(world.Vault, default)),
            ]);
        }

        public ValueTask DisposeAsync()
        {
            _node.Dispose();
            return _world.DisposeAsync();
        }
    }

    private static JobRow Job(ProtectedItemRow item, DateTimeOffset start) => new()
    {
        JobId = Guid.NewGuid(),
        VaultId = item.VaultId,
        ItemId = item.ItemId,
        Operation = JobOperation.Backup,
        Status = start.Day % 7 == 0 ? JobStatus.Failed : JobStatus.Completed,
        Phase = JobPhase.Ended,
        EntityName = item.VmName,
        ContainerName = item.ContainerName,
        ActivityId = Guid.NewGuid().ToString(),
        Request = "{}",
        StartUtc = start,
        EndUtc = start.AddMinutes(5),
        Tasks = [new("Take Snapshot", JobTaskStatus.Completed), new("Transfer data to vault", JobTaskStatus.Completed)],
    };
}
