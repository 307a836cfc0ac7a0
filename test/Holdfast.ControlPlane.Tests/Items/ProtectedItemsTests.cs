using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Points;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Holdfast.Vault;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Tests.Items;

/// <summary>With the domain "test" of libvirt's test driver.</summary>
public sealed class ProtectedItemsTests(PostgresServer postgres)
{
    private static readonly string Container = ArmNames.Container("holdfast", "test");
    private static readonly string Item = ArmNames.Item("holdfast", "test");

    private static CancellationToken Ct => World.Ct;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task A_vm_is_protected_stopped_resumed_deleted_and_undeleted(DatabaseKind kind)
    {
        await using var world = await World.CreateAsync(kind, postgres);
        var items = world.Get<ProtectedItems>();
        Assert.Equal(["test"], (await world.Get<Inventory>().ListProtectableAsync(world.Vault, Ct)).Select(v => v.Name));
        var operation = await EnableAsync(world);
        var seen = await world.Get<Operations>().FindAsync(world.Vault, operation.OperationId.ToString(), Ct);
        Assert.Equal(OperationStatus.Succeeded, seen!.Status);
        var job = await world.JobAsync(seen.JobId!.Value);
        Assert.Equal((JobOperation.ConfigureBackup, JobStatus.Completed, "P1"), (job.Operation, job.Status, job.Properties["Policy Name"]));
        Assert.Empty(await world.Get<Inventory>().ListProtectableAsync(world.Vault, Ct));
        var item = await items.GetAsync(world.Vault, Container.ToLowerInvariant(), Item.ToUpperInvariant(), Ct);
        Assert.Equal((ProtectionState.IRPending, true), (item.State, item.IsScheduled));

        await items.PutAsync(world.Vault, Container, Item, new ProtectedItemSpec { State = ProtectionState.ProtectionStopped }, Ct);
        item = await world.ItemAsync(item);
        Assert.Equal((ProtectionState.ProtectionStopped, (Guid?)null, false), (item.State, item.PolicyId, item.IsScheduled));
        await Assert.ThrowsAsync<FaultException>(() => world.Get<BackupRequests>().TriggerAsync(item, null, null, Ct));

        await AddPointAsync(world, item);
        await items.DeleteAsync(world.Vault, Container, Item, null, Ct);
        item = await world.ItemAsync(item);
        Assert.Equal((ProtectionState.ProtectionStopped, world.Time.GetUtcNow().AddDays(14)), (item.State, item.PurgeAtUtc!.Value));
        await Assert.ThrowsAsync<FaultException>(() => items.DeleteAsync(world.Vault, Container, Item, null, Ct));

        await items.PutAsync(world.Vault, Container, Item, new ProtectedItemSpec { IsRehydrate = true, State = ProtectionState.ProtectionStopped }, Ct);
        Assert.False((await world.ItemAsync(item)).IsSoftDeleted);
        await EnableAsync(world);
        Assert.Equal(world.Policy.PolicyId, (await world.ItemAsync(item)).PolicyId);
    }

    [Theory]
    [InlineData(JobTrigger.OnDemand, JobPhase.Queued, true)]
    [InlineData(JobTrigger.Scheduled, JobPhase.Running, true)]
    [InlineData(JobTrigger.Scheduled, JobPhase.Queued, false)]
    public async Task An_item_whose_data_is_being_deleted_is_not_undeleted(JobTrigger trigger, JobPhase phase, bool refused)
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        await EnableAsync(world);
        var item = await world.Get<ProtectedItems>().GetAsync(world.Vault, Container, Item, Ct);
        await AddPointAsync(world, item);
        await world.Get<ProtectedItems>().DeleteAsync(world.Vault, Container, Item, null, Ct);
        await using (var db = world.Db())
        {
            var job = JobQueue.Make(item, JobOperation.DeleteBackupData, "{}", world.Time.GetUtcNow());
            (job.Trigger, job.Phase) = (trigger, phase);
            db.Add(job);
            await db.SaveChangesAsync(Ct);
        }

        var undelete = await Record.ExceptionAsync(() => world.Get<ProtectedItems>().PutAsync(
            world.Vault, Container, Item, new ProtectedItemSpec { IsRehydrate = true, State = ProtectionState.ProtectionStopped }, Ct));
        Assert.Equal(refused ? "UserErrorBackupOperationInProgress" : null, (undelete as FaultException)?.Fault.Code.Value);
        Assert.Equal(refused, (await world.ItemAsync(item)).IsSoftDeleted);
    }

    [Fact]
    public async Task An_item_of_more_points_than_its_note_has_room_for_is_changed_all_the_same()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        await EnableAsync(world);
        var item = await world.Get<ProtectedItems>().GetAsync(world.Vault, Container, Item, Ct);
        await using (var db = world.Db())
        {
            db.AddRange(Enumerable.Range(0, 6000).Select(i => new PointRow
            {
                VaultId = item.VaultId, PointId = Guid.NewGuid(), SourceId = item.SourceId, ItemId = item.ItemId, Name = $"{i}", CreatedUtc = world.Time.GetUtcNow(), Tags = ["Daily"],
            }));
            await db.SaveChangesAsync(Ct);
        }

        await world.Get<ProtectedItems>().PutAsync(world.Vault, Container, Item, new ProtectedItemSpec { State = ProtectionState.ProtectionStopped }, Ct);
        var store = await world.Get<OpenVaults>().OpenAsync(world.Vault, Ct);
        Assert.InRange((await store.ReadNoteAsync($"item-{item.ItemId:N}", Ct))!.Length, 100, 10_000);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_given_up_within_a_part_of_a_lease()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var patience = new StorePatience(world.Options with { LeaseTime = TimeSpan.FromMilliseconds(300) });
        var given = await Assert.ThrowsAsync<FaultException>(() => patience.AskAsync(world.Vault, _ => new TaskCompletionSource().Task, Ct));
        Assert.Equal("HoldfastVaultStoreUnavailable", given.Fault.Code.Value);
        using var asker = new CancellationTokenSource();
        var asked = patience.AskAsync(world.Vault, _ => new TaskCompletionSource().Task, asker.Token);
        await asker.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task An_item_without_points_goes_at_once()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        await EnableAsync(world);
        await world.Get<ProtectedItems>().DeleteAsync(world.Vault, Container, Item, null, Ct);
        Assert.Null(await world.Get<ProtectedItems>().FindAsync(world.Vault, Container, Item, Ct));
        var store = await world.Get<OpenVaults>().OpenAsync(world.Vault, Ct);
        Assert.Equal(["vault"], await store.ListNotesAsync(Ct));
    }

    [Fact]
    public async Task A_vm_is_protected_by_one_vault_at_a_time()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        await EnableAsync(world);
        var other = (await world.Get<RecoveryServicesVaults>().CreateOrUpdateAsync(
            world.Vault.Ref with { Name = "v2" }, new VaultSpec("local", new VaultSettings()), Ct)).Vault;
        var refused = await Assert.ThrowsAsync<FaultException>(() => world.Get<ProtectedItems>().PutAsync(other, Container, Item, Spec(world), Ct));
        Assert.Equal(("VirtualMachineAlreadyProtected", "v1"), (refused.Fault.Code.Value, refused.Fault.Parameters["vault"]));
    }

    [Fact]
    public async Task A_vm_whose_uuid_an_item_had_before_it_was_bound_to_another_is_not_protected_beside_it()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var vm = (await world.Get<Inventory>().ListVmsAsync(world.Host.SubscriptionId, null, Ct)).Single();
        var rebound = await world.AddItemAsync("renamed");
        await using (var db = world.Db())
        {
            (await db.Items.SingleAsync(i => i.ItemId == rebound.ItemId, Ct)).FormerSourceIds = [vm.Uuid];
            await db.SaveChangesAsync(Ct);
        }

        var items = world.Get<ProtectedItems>();
        Assert.Empty(await world.Get<Inventory>().ListProtectableAsync(world.Vault, Ct));
        Assert.Equal("VirtualMachineAlreadyProtected", Assert.Single(await items.ValidateProtectionAsync(world.Vault, vm.Id, Ct)).Code.Value);
        var refused = await Assert.ThrowsAsync<FaultException>(() => EnableAsync(world));
        Assert.Equal(("VirtualMachineAlreadyProtected", "v1"), (refused.Fault.Code.Value, refused.Fault.Parameters["vault"]));

        // Another vault's points are in another store.
        var other = (await world.Get<RecoveryServicesVaults>().CreateOrUpdateAsync(
            world.Vault.Ref with { Name = "v2" }, new VaultSpec("local", new VaultSettings()), Ct)).Vault;
        Assert.Empty(await items.ValidateProtectionAsync(other, vm.Id, Ct));
    }

    [Fact]
    public async Task Data_is_not_deleted_while_a_job_works_on_the_item()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        await EnableAsync(world);
        var item = await world.Get<ProtectedItems>().GetAsync(world.Vault, Container, Item, Ct);
        await world.Get<BackupRequests>().TriggerAsync(item, null, null, Ct);
        var refused = await Assert.ThrowsAsync<FaultException>(() => world.Get<ProtectedItems>().DeleteAsync(world.Vault, Container, Item, null, Ct));
        Assert.Equal("UserErrorBackupOperationInProgress", refused.Fault.Code.Value);
    }

    [Fact]
    public async Task Soft_deleted_data_goes_when_its_time_is_over_and_not_earlier()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        await EnableAsync(world);
        var item = await world.Get<ProtectedItems>().GetAsync(world.Vault, Container, Item, Ct);
        await AddPointAsync(world, item);
        await world.Get<ProtectedItems>().DeleteAsync(world.Vault, Container, Item, null, Ct);
        world.Time.Advance(TimeSpan.FromDays(14) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await world.Get<SoftDeletePurge>().RunAsync(Ct));
        world.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await world.Get<SoftDeletePurge>().RunAsync(Ct));
        Assert.Equal(0, await world.Get<SoftDeletePurge>().RunAsync(Ct));
    }

    [Fact]
    public async Task A_vault_with_items_is_not_deleted_and_an_empty_one_leaves_nothing()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        await EnableAsync(world);
        var vaults = world.Get<RecoveryServicesVaults>();
        var refused = await Assert.ThrowsAsync<FaultException>(() => vaults.DeleteAsync(world.Vault.Ref, Ct));
        Assert.Equal("ServiceResourceNotEmptyWithContainerDetails", refused.Fault.Code.Value);
        Assert.True(Directory.Exists(world.Vault.StorePath));
        await world.Get<ProtectedItems>().DeleteAsync(world.Vault, Container, Item, null, Ct);
        Assert.True(await vaults.DeleteAsync(world.Vault.Ref, Ct));
        Assert.False(await vaults.DeleteAsync(world.Vault.Ref, Ct));
        Assert.False(Directory.Exists(world.Vault.StorePath));
        Assert.Empty(Directory.GetFiles(Path.Combine(world.Options.DataFolder, "keys")));
    }

    [Fact]
    public async Task An_immutable_vault_keeps_an_items_points_and_its_lock_is_not_taken_back()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var vaults = world.Get<RecoveryServicesVaults>();
        await EnableAsync(world);
        var item = await world.Get<ProtectedItems>().GetAsync(world.Vault, Container, Item, Ct);
        var open = await world.Get<OpenVaults>().OpenAsync(world.Vault, Ct);
        await using (var session = await open.OpenSessionAsync(new SourceId(item.SourceId), Ct))
            await session.CommitAsync("{}"u8.ToArray(), world.Time.GetUtcNow(), Ct);
        foreach (var state in (string[])["Unlocked", "Disabled", "Locked"])
        {
            Assert.Equal(state, (await vaults.UpdateAsync(world.Vault.Ref, new VaultSettings { Immutability = state, SoftDelete = SoftDeleteState.Disabled }, Ct)).Immutability);
        }

        foreach (var state in (string[])["Unlocked", "Disabled"])
        {
            var taken = await Assert.ThrowsAsync<FaultException>(() => vaults.UpdateAsync(world.Vault.Ref, new VaultSettings { Immutability = state }, Ct));
            Assert.Equal("HoldfastVaultLockedForGood", taken.Fault.Code.Value);
        }

        var vault = await vaults.GetAsync(world.Vault.Ref, Ct);
        var store = await world.Get<OpenVaults>().OpenAsync(vault, Ct);
        Assert.Equal(new VaultImmutability(ImmutabilityState.Locked, 14), await store.GetImmutabilityAsync(Ct));

        // More days of soft delete are more days of the lock; fewer change nothing.
        await vaults.UpdateAsync(world.Vault.Ref, new VaultSettings { SoftDeleteDays = 20 }, Ct);
        await vaults.UpdateAsync(world.Vault.Ref, new VaultSettings { SoftDeleteDays = 14 }, Ct);
        Assert.Equal(20, (await store.GetImmutabilityAsync(Ct)).Days);

        var refused = await Assert.ThrowsAsync<FaultException>(() => world.Get<ProtectedItems>().DeleteAsync(vault, Container, Item, null, Ct));
        Assert.Equal("HoldfastPointLocked", refused.Fault.Code.Value);
        Assert.Single(await store.ListPointsAsync(null, Ct));
        world.Time.Advance(TimeSpan.FromDays(21));
        await world.Get<ProtectedItems>().DeleteAsync(vault, Container, Item, null, Ct);
    }

    [Fact]
    public async Task A_change_that_does_not_name_immutability_leaves_the_stores_alone()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var vaults = world.Get<RecoveryServicesVaults>();
        var store = await world.Get<OpenVaults>().OpenAsync(world.Vault, Ct);
        var locked = new VaultImmutability(ImmutabilityState.Unlocked, 365);
        await store.SetImmutabilityAsync(locked, Ct);
        await vaults.UpdateAsync(world.Vault.Ref, new VaultSettings { Tags = new Dictionary<string, string> { ["a"] = "b" } }, Ct);
        Assert.Equal(locked, await store.GetImmutabilityAsync(Ct));
        await vaults.UpdateAsync(world.Vault.Ref, new VaultSettings { SoftDeleteDays = 20 }, Ct);
        Assert.Equal(locked, await store.GetImmutabilityAsync(Ct));
        await vaults.UpdateAsync(world.Vault.Ref, new VaultSettings { Immutability = "Disabled" }, Ct);
        Assert.Equal(VaultImmutability.None, await store.GetImmutabilityAsync(Ct));
        await vaults.UpdateAsync(world.Vault.Ref, new VaultSettings { Immutability = "Unlocked" }, Ct);
        await vaults.UpdateAsync(world.Vault.Ref, new VaultSettings { SoftDeleteDays = 30 }, Ct);
        Assert.Equal(locked with { Days = 30 }, await store.GetImmutabilityAsync(Ct));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Changes_to_a_vault_take_turns_and_see_what_the_one_before_made(DatabaseKind kind)
    {
        await using var world = await World.CreateAsync(kind, postgres);
        var (begun, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = world.Get<ControlPlaneDatabase>().ExclusiveAsync(
            async db =>
            {
                begun.SetResult();
                await goOn.Task;
                (await db.Vaults.SingleAsync(v => v.VaultId == world.Vault.VaultId, Ct)).Immutability = "Unlocked";
                return await db.SaveChangesAsync(Ct);
            }, Ct);
        await begun.Task;
        var second = world.Get<RecoveryServicesVaults>().UpdateAsync(
            world.Vault.Ref, new VaultSettings { Tags = new Dictionary<string, string> { ["a"] = "b" } }, Ct);
        Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(TimeSpan.FromMilliseconds(300), Ct)));
        goOn.SetResult();
        await first;
        Assert.Equal(("Unlocked", "b"), ((await second).Immutability, (await second).Tags["a"]));
    }

    [Fact]
    public async Task A_foreign_policy_is_refused()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var spec = Spec(world) with { PolicyId = ArmId.Parse($"{(world.Vault.Ref with { Name = "other" }).Id}/backupPolicies/P1") };
        var refused = await Assert.ThrowsAsync<FaultException>(() => world.Get<ProtectedItems>().PutAsync(world.Vault, Container, Item, spec, Ct));
        Assert.Equal("HoldfastPolicyNotFound", refused.Fault.Code.Value);
        await using var db = world.Db();
        Assert.Empty(await db.Items.ToListAsync(Ct));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task After_the_loss_of_the_database_stores_bring_vaults_and_items_back_and_nothing_is_scheduled(DatabaseKind kind)
    {
        await using var world = await World.CreateAsync(kind, postgres);
        await world.Get<RecoveryServicesVaults>().UpdateAsync(world.Vault.Ref, new VaultSettings { SoftDelete = SoftDeleteState.AlwaysON }, Ct);
        await EnableAsync(world);
        var item = await world.Get<ProtectedItems>().GetAsync(world.Vault, Container, Item, Ct);
        await AddPointAsync(world, item);
        await world.Get<ProtectedItems>().DeleteAsync(world.Vault, Container, Item, null, Ct);
        var deleted = await world.ItemAsync(item);

        await using var after = await world.CreateWithoutDatabaseAsync(kind, postgres);
        var vault = Assert.Single(await after.Get<StoreRecovery>().RecoverAsync(Ct));
        Assert.Equal(("v1", SoftDeleteState.AlwaysON), (vault.Name, vault.SoftDelete));
        var back = Assert.Single(await after.Get<ProtectedItems>().ListAsync(vault, new ItemFilter(), Ct));
        Assert.Equal((item.ItemId, item.SourceId, ProtectionState.ProtectionStopped), (back.ItemId, back.SourceId, back.State));
        Assert.Equal((deleted.DeletedUtc, deleted.PurgeAtUtc, (Guid?)null), (back.DeletedUtc, back.PurgeAtUtc, back.PolicyId));
        Assert.Empty(await after.Get<StoreRecovery>().RecoverAsync(Ct));
        await using var db = after.Db();
        Assert.Equal("123", (await db.Points.SingleAsync(Ct)).Name);
    }

    private static ProtectedItemSpec Spec(World world) => new()
    {
        SourceResourceId = ArmNames.VirtualMachine(world.Host.SubscriptionId, "holdfast", "test"),
        PolicyId = ArmId.Parse($"{world.Vault.Ref.Id}/backupPolicies/p1"),
    };

    private static Task<OperationRow> EnableAsync(World world) => world.Get<ProtectedItems>().PutAsync(world.Vault, Container, Item, Spec(world), Ct);

    private static async Task AddPointAsync(World world, ProtectedItemRow item)
    {
        await using var db = world.Db();
        db.Add(new PointRow
        {
            VaultId = item.VaultId, PointId = Guid.NewGuid(), SourceId = item.SourceId, ItemId = item.ItemId, Name = "123", CreatedUtc = world.Time.GetUtcNow(),
        });
        await db.SaveChangesAsync(Ct);
    }
}
