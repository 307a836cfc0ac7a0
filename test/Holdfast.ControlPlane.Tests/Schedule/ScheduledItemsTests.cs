using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Schedule;
using Holdfast.ControlPlane.Tests.Databases;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Tests.Schedule;

public sealed class ScheduledItemsTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Only_items_that_are_protected_by_a_policy_are_scheduled(bool onPostgres)
    {
        await using var node = await ServiceNode.CreateAsync(onPostgres ? postgres : null);
        var items = node.Get<IScheduledItems>();
        ProtectedItemRow[] scheduled =
        [
            await node.AddItemAsync("new", ProtectionState.IRPending), await node.AddItemAsync("fine"),
            await node.AddItemAsync("failing", ProtectionState.ProtectionError),
        ];
        var suspended = await node.AddItemAsync("suspended", ProtectionState.BackupsSuspended);
        var stopped = await node.AddItemAsync("stopped", ProtectionState.ProtectionStopped);
        var deleted = await node.AddItemAsync("deleted");
        await node.ChangeAsync(stopped, i => i.PolicyId = null);
        await node.ChangeAsync(deleted, i => (i.DeletedUtc, i.PurgeAtUtc) = (node.Time.GetUtcNow(), node.Time.GetUtcNow().AddDays(14)));

        Assert.Equal(scheduled.Select(i => i.ItemId).Order(), (await items.ListAsync(Ct)).Select(i => i.ItemId).Order());
        foreach (var item in scheduled)
            Assert.Equal(RetentionTag.Daily, (await items.FindAsync(item.ItemId, Ct))!.Policy.Base.Tag);
        foreach (var item in new[] { suspended, stopped, deleted })
        {
            Assert.Null(await items.FindAsync(item.ItemId, Ct));
            Assert.Equal(DueOutcome.NotScheduled, await items.QueueAsync(item.ItemId, Due(node), false, Ct));
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_due_backup_becomes_one_job_that_knows_when_it_was_due_and_whether_it_is_late(bool onPostgres, bool isLate)
    {
        await using var node = await ServiceNode.CreateAsync(onPostgres ? postgres : null);
        var item = await node.AddItemAsync("vm1");
        var items = node.Get<IScheduledItems>();
        Assert.Equal(DueOutcome.Queued, await items.QueueAsync(item.ItemId, Due(node), isLate, Ct));
        Assert.Equal(DueOutcome.AlreadyQueued, await items.QueueAsync(item.ItemId, Due(node), isLate, Ct));

        // The next one comes while the first still waits.
        var next = new Occurrence(Due(node).Due.AddDays(1), Due(node).Start.AddDays(1));
        Assert.Equal(DueOutcome.Busy, await items.QueueAsync(item.ItemId, next, isLate, Ct));

        await using var db = node.Db();
        var job = await db.Jobs.AsNoTracking().SingleAsync(Ct);
        Assert.Equal((item.ItemId, JobOperation.Backup, Due(node).Due), (job.ItemId, job.Operation, job.DueUtc));
        Assert.Equal(isLate ? JobTrigger.ScheduledLate : JobTrigger.Scheduled, job.Trigger);
        Assert.Equal(isLate ? 1 : 0, job.Warnings.Count);
    }

    private static Occurrence Due(ServiceNode node) => new(node.Time.GetUtcNow(), node.Time.GetUtcNow().AddMinutes(7));
}
