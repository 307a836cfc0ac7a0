using Holdfast.ControlPlane;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Schedule;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.ControlPlane.Vaults;
using Holdfast.EndToEnd.Tests.Harness;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Host = Holdfast.EndToEnd.Tests.Harness.Host;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>Nodes on one PostgreSQL that are killed while hundreds of backups become due. The jobs stay in the queue: no node reaches their host.</summary>
public sealed class KilledScheduleTests(Host host, PostgresServer postgres)
{
    private const int ItemsCount = 300;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_backups_that_become_due_while_nodes_are_killed_none_is_lost_and_none_doubled()
    {
        var folder = host.NewFolder("service");
        var database = await postgres.CreateDatabaseAsync(Ct);
        using var armed = await ArmAsync(folder, database);
        var items = await CountAsync(armed, db => db.Items);
        Assert.Equal(ItemsCount, items);
        var cli = Node.Unconnected(host);

        await KillAtAsync(cli, folder, database, "a", armed, 1);
        await KillAtAsync(cli, folder, database, "b", armed, ItemsCount / 2);
        await using var last = Start(cli, folder, database, "a");
        await Eventually.TrueAsync("every item has its next run ahead of it", async () =>
        {
            var schedules = armed.Services.GetRequiredService<BackupSchedules>();
            foreach (var item in await ItemsAsync(armed))
            {
                if (await schedules.NextRunAsync(item, Ct) is not { } next || next < TimeProvider.System.GetUtcNow())
                    return false;
            }

            return true;
        });

        await using var db = Db(armed);
        var jobs = await db.Jobs.AsNoTracking().ToListAsync(Ct);
        Assert.Equal(ItemsCount, jobs.Count);
        Assert.Equal(ItemsCount, jobs.Select(j => j.ItemId).Distinct().Count());
        Assert.All(jobs, j => Assert.Equal((JobTrigger.ScheduledLate, JobOperation.Backup), (j.Trigger, j.Operation)));
    }

    private static async Task KillAtAsync(Node cli, string folder, string database, string node, IHost armed, int jobs)
    {
        await using var process = Start(cli, folder, database, node);
        await Eventually.TrueAsync($"{jobs} jobs are there", async () => process.HasEnded || await CountAsync(armed, db => db.Jobs) >= jobs);
        await process.SignalAsync("KILL");
        await process.EndAsync();
        Assert.InRange(await CountAsync(armed, db => db.Jobs), jobs, ItemsCount - 1);
    }

    private static HoldfastProcess Start(Node cli, string folder, string database, string node) => cli.Start(
        new Dictionary<string, string>(), "serve", "--data", Path.Combine(folder, node), "--database", database, "--node-name", node,
        "--vaults", Path.Combine(folder, "vaults"), "--keys", Path.Combine(folder, "keys"), "--listen", "127.0.0.1:0");

    /// <summary>Items whose one run was armed some days ago, and so is due when the first node starts.</summary>
    private static async Task<IHost> ArmAsync(string folder, string database)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<TimeProvider>(new Earlier()).AddHoldfastControlPlane(new ControlPlaneOptions
        {
            DataFolder = Path.Combine(folder, "c"),
            NodeName = "c",
            Database = database,
            VaultsFolder = Path.Combine(folder, "vaults"),
            KeysFolder = Path.Combine(folder, "keys"),
        });
        var node = builder.Build();
        await node.Services.GetRequiredService<Installation>().EnsureAsync(Ct);
        await using var db = Db(node);
        var home = await db.Hosts.SingleAsync(Ct);
        home.Nodes = ["nobody"];
        var vault = (await node.Services.GetRequiredService<RecoveryServicesVaults>().CreateOrUpdateAsync(
            new VaultRef(home.SubscriptionId, home.ResourceGroup, "v1"), new VaultSpec("local", new VaultSettings()), Ct)).Vault;
        var policy = await db.Policies.Where(p => p.VaultId == vault.VaultId && p.Name == "DefaultPolicy").Select(p => p.PolicyId).SingleAsync(Ct);
        db.AddRange(Enumerable.Range(0, ItemsCount).Select(i => new ProtectedItemRow
        {
            ItemId = Guid.NewGuid(),
            VaultId = vault.VaultId,
            SourceId = Guid.NewGuid(),
            VmSubscriptionId = home.SubscriptionId,
            VmResourceGroup = home.ResourceGroup,
            VmName = $"vm{i}",
            ItemKey = ArmNames.Item(home.ResourceGroup, $"vm{i}").ToLowerInvariant(),
            HostId = home.HostId,
            PolicyId = policy,
            State = ProtectionState.IRPending,
        }));
        await db.SaveChangesAsync(Ct);
        await node.Services.GetRequiredService<BackupSchedules>().ReconcileAsync(Ct);
        return node;
    }

    private static ControlPlaneContext Db(IHost node) => node.Services.GetRequiredService<ControlPlaneDatabase>().CreateDbContext();

    private static async Task<int> CountAsync<T>(IHost node, Func<ControlPlaneContext, IQueryable<T>> rows)
    {
        await using var db = Db(node);
        return await rows(db).CountAsync(Ct);
    }

    private static async Task<List<Guid>> ItemsAsync(IHost node)
    {
        await using var db = Db(node);
        return await db.Items.Select(i => i.ItemId).ToListAsync(Ct);
    }

    private sealed class Earlier : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddDays(-3);
    }
}
