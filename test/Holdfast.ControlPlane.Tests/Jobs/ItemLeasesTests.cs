using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Tests.Jobs;

/// <summary>Work on a VM beside the queue: never beside a job, and under a fence as jobs are.</summary>
public sealed class ItemLeasesTests(PostgresServer postgres)
{
    private static CancellationToken Ct => World.Ct;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Jobs_wait_while_somebody_works_under_the_lease_and_it_is_refused_while_a_job_does(DatabaseKind kind)
    {
        await using var a = await World.CreateAsync(kind, postgres);
        await using var b = a.CreateSecondNode();
        var item = await a.AddItemAsync("web1");
        var jobs = new JobLeases(b.Get<ControlPlaneDatabase>(), b.Options, b.Time);
        TaskCompletionSource begun = new(), go = new();
        var work = a.Get<ItemLeases>().HoldAsync(item.SourceId, "web1", Refused, async (of, ct) =>
        {
            begun.SetResult();
            await go.Task.WaitAsync(ct);
            return of!.ItemId;
        }, Ct);
        await begun.Task;
        var (queued, _) = await a.Get<JobQueue>().EnqueueAsync(item, new BackupJobRequest(JobTrigger.OnDemand), Ct);
        Assert.Empty(await jobs.ClaimAsync([a.Host.HostId], Ct));
        Assert.Contains("node a", (await RefusedAsync(b, item.SourceId)).Parameters["holder"], StringComparison.Ordinal);

        go.SetResult();
        Assert.Equal(item.ItemId, await work);
        var job = Assert.Single(await jobs.ClaimAsync([a.Host.HostId], Ct));
        Assert.Equal((queued.JobId, 2L), (job.JobId, job.Fence));
        Assert.Equal($"Backup {job.JobId:D}", (await RefusedAsync(a, item.SourceId)).Parameters["holder"]);
    }

    [Fact]
    public async Task Work_whose_lease_another_node_has_taken_is_cancelled_and_leaves_the_others_lease_alone()
    {
        await using var a = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var item = await a.AddItemAsync("web1");
        var begun = new TaskCompletionSource();
        var work = a.Get<ItemLeases>().HoldAsync(item.SourceId, "web1", Refused, async (_, ct) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
            return true;
        }, Ct);
        await begun.Task;
        await using (var db = a.Db())
            await db.Leases.ExecuteUpdateAsync(s => s.SetProperty(l => l.Fence, l => l.Fence + 1).SetProperty(l => l.Node, "b"), Ct);
        a.Time.Advance(a.Options.QueueInterval);
        Assert.Equal("HoldfastLeaseLost", (await Assert.ThrowsAsync<FaultException>(() => work)).Fault.Code.Value);
        await using (var db = a.Db())
            Assert.Equal(("b", 2L), await db.Leases.Select(l => new ValueTuple<string?, long>(l.Node, l.Fence)).SingleAsync(Ct));
    }

    [Fact]
    public async Task A_lease_whose_holder_died_is_free_once_it_has_run_out()
    {
        await using var a = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var item = await a.AddItemAsync("web1");
        await using (var db = a.Db())
        {
            db.Add(new LeaseRow { Name = JobQueue.KeyOf(item), Node = "dead", Fence = 4, ExpiresUtc = a.Time.GetUtcNow() + a.Options.LeaseTime });
            await db.SaveChangesAsync(Ct);
        }

        await RefusedAsync(a, item.SourceId);
        a.Time.Advance(a.Options.LeaseTime + TimeSpan.FromSeconds(1));
        await a.Runner.StepAsync(isStart: false, Ct);
        Assert.True(await a.Get<ItemLeases>().HoldAsync(item.SourceId, "web1", Refused, (_, _) => Task.FromResult(true), Ct));
    }

    [Fact]
    public async Task A_VM_that_nothing_protects_is_worked_on_by_one_at_a_time()
    {
        await using var a = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var vm = Guid.NewGuid();
        Assert.True(await a.Get<ItemLeases>().HoldAsync(vm, "web2", Refused, async (item, _) =>
        {
            await RefusedAsync(a, vm);
            return item is null;
        }, Ct));
    }

    private static Fault Refused(string holder) => BackupFaults.OperationInProgress("web1", holder);

    private static async Task<Fault> RefusedAsync(World world, Guid vm) => (await Assert.ThrowsAsync<FaultException>(
        () => world.Get<ItemLeases>().HoldAsync(vm, "web1", Refused, (_, _) => Task.FromResult(false), Ct))).Fault;
}
