using System.Text.Json.Nodes;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Tests.Items;

/// <summary>With the domain "test" of libvirt's test driver in the place of a VM that is gone.</summary>
public sealed class RebindingTests(PostgresServer postgres)
{
    private static CancellationToken Ct => World.Ct;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Another_vm_of_the_same_name_is_proposed_and_taken_only_when_confirmed(DatabaseKind kind)
    {
        await using var world = await World.CreateAsync(kind, postgres);
        var rebinding = world.Get<Rebinding>();
        var item = await world.AddItemAsync("test");
        var other = await world.AddItemAsync("elsewhere");
        var vm = (await world.Get<Inventory>().ListVmsAsync(world.Host.SubscriptionId, null, Ct)).Single();
        Assert.Equal(1, await rebinding.ProposeAsync(Ct));
        var proposed = await world.ItemAsync(item);
        Assert.Equal((item.SourceId, vm.Uuid), (proposed.SourceId, proposed.ProposedSourceId!.Value));
        Assert.Equal("HoldfastRebindProposed", Assert.Single(proposed.Health).Code.Value);
        Assert.Null((await world.ItemAsync(other)).ProposedSourceId);
        await Assert.ThrowsAsync<FaultException>(() => rebinding.ConfirmAsync(world.Vault, item, Guid.NewGuid(), Ct));

        var bound = await rebinding.ConfirmAsync(world.Vault, item, vm.Uuid, Ct);
        Assert.Equal((vm.Uuid, (Guid?)null), (bound.SourceId, bound.ProposedSourceId));
        Assert.Equal([item.SourceId], (await world.ItemAsync(item)).FormerSourceIds);
        Assert.Equal(0, await rebinding.ProposeAsync(Ct));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task A_policy_that_says_so_rebinds_by_itself_and_the_audit_log_tells(DatabaseKind kind)
    {
        await using var world = await World.CreateAsync(kind, postgres);
        await RebindAutomaticallyAsync(world);
        var item = await world.AddItemAsync("test");
        var vm = (await world.Get<Inventory>().ListVmsAsync(world.Host.SubscriptionId, null, Ct)).Single();
        Assert.Equal(0, await world.Get<Rebinding>().ProposeAsync(Ct));
        var bound = await world.ItemAsync(item);
        Assert.Equal((vm.Uuid, (Guid?)null), (bound.SourceId, bound.ProposedSourceId));
        Assert.Equal([item.SourceId], bound.FormerSourceIds);
        Assert.Empty(bound.Health);
        var entry = Assert.Single(await world.Get<AuditLog>().ListAsync(null, 10, Ct));
        Assert.Equal(("policy", "rebind", AuditOutcome.Succeeded), (entry.Who, entry.Action, entry.Outcome));
        Assert.Contains(vm.Uuid.ToString(), entry.Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_of_the_item_does_not_keep_its_own_vm_from_being_found_again()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        await RebindAutomaticallyAsync(world);
        var item = await world.AddItemAsync("test");
        var (job, _) = await world.Get<JobQueue>().EnqueueAsync(item, new BackupJobRequest(JobTrigger.OnDemand), Ct);
        Assert.Equal(1, await world.Get<Rebinding>().ProposeAsync(Ct));
        Assert.NotEqual(item.SourceId, (await world.Get<Rebinding>().LookForAsync(item, job.JobId, Ct))!.SourceId);
    }

    [Fact]
    public async Task Nothing_is_proposed_while_a_host_cannot_be_looked_at()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var item = await world.AddItemAsync("test");
        await using (var db = world.Db())
        {
            db.Add(new HostRow
            {
                HostId = Guid.NewGuid(), Name = "gone", NameKey = "gone", Uri = "test:///nowhere-to-be-found.xml", SubscriptionId = world.Host.SubscriptionId,
                ResourceGroup = "holdfast", Location = "local", JobsMax = 1,
            });
            await db.SaveChangesAsync(Ct);
        }

        await world.Get<Rebinding>().ProposeAsync(Ct);
        Assert.Null((await world.ItemAsync(item)).ProposedSourceId);
    }

    [Fact]
    public async Task A_confirmation_looks_by_itself_for_what_was_not_proposed_yet()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var item = await world.AddItemAsync("test");
        var vm = (await world.Get<Inventory>().ListVmsAsync(world.Host.SubscriptionId, null, Ct)).Single();
        Assert.Equal(vm.Uuid, (await world.Get<Rebinding>().ConfirmAsync(world.Vault, item, vm.Uuid, Ct)).SourceId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_uuid_from_before_a_rebinding_is_taken_again_by_the_item_that_had_it_and_by_no_other(bool isOwn)
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var (item, other) = (await world.AddItemAsync("test"), await world.AddItemAsync("elsewhere"));
        var vm = (await world.Get<Inventory>().ListVmsAsync(world.Host.SubscriptionId, null, Ct)).Single();
        await using (var db = world.Db())
        {
            (await db.Items.SingleAsync(i => i.ItemId == (isOwn ? item : other).ItemId, Ct)).FormerSourceIds = [vm.Uuid];
            // A proposal from before the other item had that UUID.
            (await db.Items.SingleAsync(i => i.ItemId == item.ItemId, Ct)).ProposedSourceId = vm.Uuid;
            await db.SaveChangesAsync(Ct);
        }

        var rebinding = world.Get<Rebinding>();
        item = await world.ItemAsync(item);
        var refused = await Record.ExceptionAsync(() => rebinding.ConfirmAsync(world.Vault, item, vm.Uuid, Ct));
        Assert.Equal(isOwn ? null : "VirtualMachineAlreadyProtected", (refused as FaultException)?.Fault.Code.Value);
        Assert.Equal(0, await rebinding.ProposeAsync(Ct));
        Assert.Null((await world.ItemAsync(item)).ProposedSourceId);
        Assert.Equal(isOwn ? vm.Uuid : item.SourceId, (await world.ItemAsync(item)).SourceId);
        await rebinding.LookForAsync(item, null, Ct);
        Assert.Null((await world.ItemAsync(item)).ProposedSourceId);
    }

    [Fact]
    public async Task Nothing_is_rebound_while_a_job_works_on_the_item()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var item = await world.AddItemAsync("test");
        await world.Get<Rebinding>().ProposeAsync(Ct);
        await world.Get<JobQueue>().EnqueueAsync(item, new BackupJobRequest(JobTrigger.OnDemand), Ct);
        var uuid = (await world.ItemAsync(item)).ProposedSourceId!.Value;
        var refused = await Assert.ThrowsAsync<FaultException>(() => world.Get<Rebinding>().ConfirmAsync(world.Vault, item, uuid, Ct));
        Assert.Equal("UserErrorBackupOperationInProgress", refused.Fault.Code.Value);
    }

    private static async Task RebindAutomaticallyAsync(World world)
    {
        var properties = JsonNode.Parse(world.Policy.Properties)!;
        properties["holdfast"]!["rebind"] = "automatic";
        await using var db = world.Db();
        (await db.Policies.SingleAsync(p => p.PolicyId == world.Policy.PolicyId, Ct)).Properties = properties.ToJsonString();
        await db.SaveChangesAsync(Ct);
    }
}
