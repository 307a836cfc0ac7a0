using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Points;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Points;
using Holdfast.Vault;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Tests.Items;

/// <summary>What becomes of an item's points when it is deleted or purged: with a real store, and the engine's own executor.</summary>
public sealed class ItemDataTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Points_that_another_item_lays_claim_to_do_not_go_with_an_item(bool purgesTheOneThatHadTheUuid)
    {
        await using var node = await ServiceNode.CreateAsync();
        var (rebound, again) = (await node.AddItemAsync("vm1"), await node.AddItemAsync("vm2"));
        await node.ChangeAsync(rebound, i => i.FormerSourceIds = [again.SourceId]);
        var own = await AddPointAsync(node, rebound);
        var others = await AddPointAsync(node, again);
        var purged = purgesTheOneThatHadTheUuid ? rebound : again;
        var outcome = await PurgeAsync(node, purged);
        Assert.True(outcome.RemovesItem);
        Assert.Equal(new HashSet<Guid>(purgesTheOneThatHadTheUuid ? [others] : [own, others]), (await StoredAsync(node)).ToHashSet());
    }

    [Fact]
    public async Task Points_of_a_uuid_that_two_items_lay_claim_to_are_listed_for_the_one_that_has_it_now()
    {
        await using var node = await ServiceNode.CreateAsync();
        var (rebound, again) = (await node.AddItemAsync("vm1"), await node.AddItemAsync("vm2"));
        await node.ChangeAsync(rebound, i => i.FormerSourceIds = [Guid.NewGuid(), again.SourceId]);
        rebound = await ReadAsync(node, rebound);
        var point = await AddPointAsync(node, again);
        await using (var db = node.Db())
        {
            db.Add(new PointRow
            {
                VaultId = node.Vault.VaultId, PointId = point, SourceId = again.SourceId, ItemId = rebound.ItemId, Name = "123", CreatedUtc = node.Time.GetUtcNow(),
            });
            await db.SaveChangesAsync(Ct);
        }

        var points = node.Get<RecoveryPoints>();
        Assert.Equal(["123"], (await points.ListAsync(node.Vault, again, null, null, Ct)).Select(p => p.Name));
        Assert.Empty(await points.ListAsync(node.Vault, rebound, null, null, Ct));
        Assert.Single(await points.ListAsync(node.Vault, again, null, null, Ct));
    }

    [Theory]
    [InlineData(SoftDeleteState.Enabled)]
    [InlineData(SoftDeleteState.AlwaysON)]
    [InlineData(SoftDeleteState.Disabled)]
    public async Task An_item_whose_points_only_the_store_knows_is_deleted_as_one_with_points(SoftDeleteState softDelete)
    {
        await using var node = await ServiceNode.CreateAsync();
        await node.Get<RecoveryServicesVaults>().UpdateAsync(node.Vault.Ref, new VaultSettings { SoftDelete = softDelete }, Ct);
        var item = await node.AddItemAsync("vm1");
        var point = await AddPointAsync(node, item);
        await DeleteAsync(node, item);
        var left = await ReadAsync(node, item);
        Assert.Equal(softDelete is SoftDeleteState.Disabled ? null : node.Time.GetUtcNow().AddDays(14), left.PurgeAtUtc);
        Assert.Equal([point], await StoredAsync(node));
        await using var db = node.Db();
        var job = await db.Jobs.AsNoTracking().SingleAsync(j => j.Operation == JobOperation.DeleteBackupData, Ct);
        Assert.Equal((softDelete is SoftDeleteState.Disabled ? JobPhase.Queued : JobPhase.Ended, "1"), (job.Phase, job.Properties["Number of Recovery Points"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task While_the_store_is_not_there_no_points_are_forgotten_and_nothing_is_deleted(bool isMountPoint)
    {
        await using var node = await ServiceNode.CreateAsync();
        var item = await node.AddItemAsync("vm1");
        var point = await AddPointAsync(node, item);
        var points = node.Get<RecoveryPoints>();
        Assert.Single(await points.ListAsync(node.Vault, item, null, null, Ct));
        var (store, away) = (node.Vault.StorePath, node.Vault.StorePath + "-away");
        Directory.Move(store, away);
        if (isMountPoint)
            Directory.CreateDirectory(store);
        await Assert.ThrowsAsync<FaultException>(() => points.ListAsync(node.Vault, item, null, null, Ct));
        await Assert.ThrowsAsync<FaultException>(() => DeleteAsync(node, item));
        Assert.Equal(ProtectionState.Protected, (await ReadAsync(node, item)).State);
        await using (var db = node.Db())
            Assert.Equal(point, (await db.Points.AsNoTracking().SingleAsync(Ct)).PointId);
        if (isMountPoint)
            Directory.Delete(store);
        Directory.Move(away, store);
        Assert.Single(await points.ListAsync(node.Vault, item, null, null, Ct));
        await DeleteAsync(node, item);
        Assert.True((await ReadAsync(node, item)).IsSoftDeleted);
    }

    [Fact]
    public async Task A_database_that_was_put_back_does_not_purge_what_was_undeleted_after_it_was_copied()
    {
        await using var node = await ServiceNode.CreateAsync();
        var item = await node.AddItemAsync("vm1");
        var point = await AddPointAsync(node, item);
        await DeleteAsync(node, item);
        var copied = await ReadAsync(node, item);
        await UndeleteAsync(node, item);
        await PutBackAsync(node, copied);
        node.Time.Advance(TimeSpan.FromDays(20));

        // What the node writes by itself doesn't make the old copy the later one.
        await node.Get<ItemNotes>().WriteAsync(node.Vault, item, Ct);
        var refused = await Assert.ThrowsAsync<FaultException>(() => RunPurgeAsync(node, item));
        Assert.Equal(("HoldfastItemNewerInStore", "vm1"), (refused.Fault.Code.Value, refused.Fault.Parameters["vm"]));
        Assert.Equal([point], await StoredAsync(node));

        // Whoever decides anew is obeyed.
        await UndeleteAsync(node, item);
        await DeleteAsync(node, item);
        node.Time.Advance(TimeSpan.FromDays(14));
        Assert.True((await RunPurgeAsync(node, item)).RemovesItem);
        Assert.Empty(await StoredAsync(node));
    }

    private static Task<OperationRow> DeleteAsync(ServiceNode node, ProtectedItemRow item) =>
        node.Get<ProtectedItems>().DeleteAsync(node.Vault, item.ContainerName, item.ItemName, null, Ct);

    private static Task<OperationRow> UndeleteAsync(ServiceNode node, ProtectedItemRow item) => node.Get<ProtectedItems>().PutAsync(
        node.Vault, item.ContainerName, item.ItemName, new ProtectedItemSpec { IsRehydrate = true, State = ProtectionState.ProtectionStopped }, Ct);

    private static async Task PutBackAsync(ServiceNode node, ProtectedItemRow copied)
    {
        await using var db = node.Db();
        await db.Items.Where(i => i.ItemId == copied.ItemId).ExecuteUpdateAsync(
            s => s.SetProperty(i => i.Version, copied.Version).SetProperty(i => i.DeletedUtc, copied.DeletedUtc).SetProperty(i => i.PurgeAtUtc, copied.PurgeAtUtc), Ct);
    }

    private static async Task<JobOutcome> PurgeAsync(ServiceNode node, ProtectedItemRow item)
    {
        var now = node.Time.GetUtcNow();
        await node.ChangeAsync(item, i => (i.State, i.DeletedUtc, i.PurgeAtUtc) = (ProtectionState.ProtectionStopped, now.AddDays(-14), now));
        return await RunPurgeAsync(node, item);
    }

    private static Task<JobOutcome> RunPurgeAsync(ServiceNode node, ProtectedItemRow item)
    {
        var job = JobQueue.Make(item, JobOperation.DeleteBackupData, "{}", node.Time.GetUtcNow());
        job.Trigger = JobTrigger.Scheduled;
        return node.Get<IJobExecutor>().RunAsync(job, null!, new Progress<RunProgress>(), Ct);
    }

    private static async Task<ProtectedItemRow> ReadAsync(ServiceNode node, ProtectedItemRow item)
    {
        await using var db = node.Db();
        return await db.Items.AsNoTracking().SingleAsync(i => i.ItemId == item.ItemId, Ct);
    }

    private static async Task<IReadOnlyList<Guid>> StoredAsync(ServiceNode node) =>
        [.. (await (await node.Get<OpenVaults>().OpenAsync(node.Vault, Ct)).ListPointsAsync(null, Ct)).Select(p => p.PointId.Value)];

    private static async Task<Guid> AddPointAsync(ServiceNode node, ProtectedItemRow item)
    {
        var vault = await node.Get<OpenVaults>().OpenAsync(node.Vault, Ct);
        var details = new PointDetails
        {
            Kind = SourceKind.VirtualMachine, Name = item.VmName, Host = "host1", Consistency = Consistency.FileSystem, Disks = [],
        };
        await using var session = await vault.OpenSessionAsync(new SourceId(item.SourceId), Ct);
        return (await session.CommitAsync(PointDetailsJson.Write(details), node.Time.GetUtcNow(), Ct)).PointId.Value;
    }
}
