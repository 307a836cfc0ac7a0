using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Tests.Databases;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Tests.Hosts;

/// <summary>With libvirt's test driver as the host that only node a reaches.</summary>
public sealed class LastInventoriesTests(PostgresServer postgres)
{
    private static CancellationToken Ct => World.Ct;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task A_node_that_does_not_reach_a_host_tells_what_another_saw_there_and_when(DatabaseKind kind)
    {
        await using var a = await World.CreateAsync(kind, postgres);
        await using var b = a.CreateSecondNode();
        await a.ChangeHostAsync(h => h.Nodes = ["a"]);
        Assert.Empty(await b.Get<Inventory>().ListVmsAsync(a.Host.SubscriptionId, null, Ct));

        var seenAt = a.Time.GetUtcNow();
        await KeeperOf(a).KeepAsync(Ct);
        await KeeperOf(b).KeepAsync(Ct);
        a.Time.Advance(TimeSpan.FromMinutes(10));
        var own = Assert.Single(await a.Get<Inventory>().ListVmsAsync(a.Host.SubscriptionId, null, Ct));
        var told = Assert.Single(await b.Get<Inventory>().ListVmsAsync(a.Host.SubscriptionId, null, Ct));
        Assert.Equal((null, seenAt), (own.LastSeenUtc, told.LastSeenUtc));
        Assert.Equal((own.Id, own.Uuid, own.State, own.MemoryBytes, own.VCpus, own.OsType), (told.Id, told.Uuid, told.State, told.MemoryBytes, told.VCpus, told.OsType));
        Assert.Equal(own.Disks, told.Disks);
        Assert.Equal(own.Networks, told.Networks);
        Assert.Equal(seenAt, (await b.Get<Inventory>().FindVmAsync(own.Id, Ct))!.LastSeenUtc);
        Assert.Equal(
            (await a.Get<Inventory>().ListNetworksAsync(a.Host.SubscriptionId, null, Ct)).Select(n => n.Id),
            (await b.Get<Inventory>().ListNetworksAsync(a.Host.SubscriptionId, null, Ct)).Select(n => n.Id));
        Assert.Equal(
            (await a.Get<Inventory>().ListStoragePoolsAsync(a.Host.SubscriptionId, null, Ct)).Select(p => (p.Id, p.Path, p.CapacityBytes)),
            (await b.Get<Inventory>().ListStoragePoolsAsync(a.Host.SubscriptionId, null, Ct)).Select(p => (p.Id, p.Path, p.CapacityBytes)));

        // What runs on a VM needs it as it is now.
        Assert.Null(await b.Get<Inventory>().FindVmAsync(own.Uuid, Ct));
    }

    [Fact]
    public async Task A_host_that_has_gone_is_told_as_it_was()
    {
        await using var a = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        await KeeperOf(a).KeepAsync(Ct);
        await a.ChangeHostAsync(h => h.Uri = "test:///nowhere-to-be-found.xml");
        await KeeperOf(a).KeepAsync(Ct);
        Assert.NotNull(Assert.Single(await a.Get<Inventory>().ListVmsAsync(a.Host.SubscriptionId, null, Ct)).LastSeenUtc);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task The_item_of_a_vm_that_was_migrated_and_its_waiting_backup_follow_it_to_its_host(DatabaseKind kind)
    {
        await using var a = await World.CreateAsync(kind, postgres);
        var before = new HostRow
        {
            HostId = Guid.NewGuid(), NameKey = "left", Name = "left", Uri = "test:///left", SubscriptionId = a.Host.SubscriptionId, ResourceGroup = "holdfast", Location = "local", Nodes = ["b"],
        };
        var vm = Assert.Single(await a.Get<Inventory>().ListVmsAsync(a.Host.SubscriptionId, null, Ct));
        var (moved, other) = (await a.AddItemAsync("moved"), await a.AddItemAsync("other"));
        await using (var db = a.Db())
        {
            db.Add(before);
            (await db.Items.SingleAsync(i => i.ItemId == moved.ItemId, Ct)).SourceId = vm.Uuid;
            await db.SaveChangesAsync(Ct);
            await db.Items.ExecuteUpdateAsync(s => s.SetProperty(i => i.HostId, before.HostId), Ct);
        }

        var (job, _) = await a.Get<JobQueue>().EnqueueAsync(await a.ItemAsync(moved), new BackupJobRequest(JobTrigger.Scheduled), Ct);
        await KeeperOf(a).KeepAsync(Ct);
        Assert.Equal((a.Host.HostId, a.Host.HostId), ((await a.ItemAsync(moved)).HostId, (await a.JobAsync(job.JobId)).HostId));
        Assert.Equal(before.HostId, (await a.ItemAsync(other)).HostId);
    }

    private static InventoryKeeper KeeperOf(World world) => new(
        world.Get<ControlPlaneDatabase>(), world.Get<Inventory>(), world.Get<HostConnections>(), world.Get<LastInventories>(), world.Options, world.Time,
        Microsoft.Extensions.Logging.Abstractions.NullLogger<InventoryKeeper>.Instance);
}
