using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Tests.Jobs;

public sealed class JobRunnerTests(PostgresServer postgres)
{
    private static readonly BackupJobRequest OnDemand = new(JobTrigger.OnDemand);

    private static CancellationToken Ct => World.Ct;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task A_job_runs_and_its_item_becomes_protected(DatabaseKind kind)
    {
        await using var world = await World.CreateAsync(kind, postgres);
        var item = await world.AddItemAsync("web1");
        var (job, operation) = await world.Get<JobQueue>().EnqueueAsync(item, OnDemand, Ct);
        Assert.Equal(OperationStatus.Succeeded, operation.Status);
        await world.Runner.StepAsync(isStart: false, Ct);
        await world.Engine.WaitForOneAsync();
        Assert.Equal((JobPhase.Running, "a"), ((await world.JobAsync(job.JobId)).Phase, (await world.JobAsync(job.JobId)).Node));
        world.Engine.Release();
        await world.Runner.WhenIdleAsync();

        var ended = await world.JobAsync(job.JobId);
        Assert.Equal((JobPhase.Ended, JobStatus.Completed, 100d), (ended.Phase, ended.Status, ended.Percent));
        Assert.All(ended.Tasks, t => Assert.Equal(JobTaskStatus.Completed, t.Status));
        Assert.Equal("1 MB", ended.Properties["Backup Size"]);
        Assert.Equal(ProtectionState.Protected, (await world.ItemAsync(item)).State);
        await using var db = world.Db();
        Assert.Null((await db.Leases.SingleAsync(Ct)).Node);
    }

    [Fact]
    public async Task An_end_that_cannot_be_stored_at_once_is_stored_later_and_the_work_is_not_done_again()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var failures = 2;
        world.Engine.AtEnd = () =>
        {
            if (failures-- > 0)
                throw new InvalidOperationException("An exception has been raised that is likely due to a transient failure.");
        };
        world.Engine.Release();
        var item = await world.AddItemAsync("web1");
        var (job, _) = await world.Get<JobQueue>().EnqueueAsync(item, OnDemand, Ct);
        await world.Runner.StepAsync(isStart: false, Ct);
        var idle = world.Runner.WhenIdleAsync();
        while (!idle.IsCompleted)
        {
            world.Time.Advance(world.Options.QueueInterval);
            await Task.WhenAny(idle, Task.Delay(10, Ct));
        }

        var ended = await world.JobAsync(job.JobId);
        Assert.Equal((JobStatus.Completed, 1, -1), (ended.Status, ended.Attempts, failures));
        Assert.Equal("1 MB", ended.Properties["Backup Size"]);
        Assert.Equal(ProtectionState.Protected, (await world.ItemAsync(item)).State);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task A_second_job_of_an_item_is_refused_until_the_first_is_over(DatabaseKind kind)
    {
        await using var world = await World.CreateAsync(kind, postgres);
        var item = await world.AddItemAsync("web1");
        var queue = world.Get<JobQueue>();
        var tries = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Record.ExceptionAsync(() => queue.EnqueueAsync(item, OnDemand, Ct)).AsTask()));
        Assert.Single(tries, e => e is null);
        Assert.All(tries.OfType<Exception>(), e => Assert.Equal("UserErrorBackupOperationInProgress", Assert.IsType<FaultException>(e).Fault.Code.Value));

        world.Engine.Release();
        await world.Runner.StepAsync(isStart: false, Ct);
        await world.Runner.WhenIdleAsync();
        await queue.EnqueueAsync(item, OnDemand, Ct);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task No_more_jobs_run_on_a_host_than_it_allows(DatabaseKind kind)
    {
        await using var world = await World.CreateAsync(kind, postgres);
        await using (var db = world.Db())
            await db.Hosts.ExecuteUpdateAsync(s => s.SetProperty(h => h.JobsMax, 2), Ct);
        foreach (var i in Enumerable.Range(0, 5))
            await world.Get<JobQueue>().EnqueueAsync(await world.AddItemAsync($"vm{i}"), OnDemand, Ct);
        await world.Runner.StepAsync(isStart: false, Ct);
        await world.Engine.WaitForOneAsync();
        await world.Engine.WaitForOneAsync();
        await world.Runner.StepAsync(isStart: false, Ct);
        await using (var db = world.Db())
            Assert.Equal((2, 3), (await db.Jobs.CountAsync(j => j.Phase == JobPhase.Running, Ct), await db.Jobs.CountAsync(j => j.Phase == JobPhase.Queued, Ct)));
        world.Engine.Release();
        for (var i = 0; i < 3; i++)
        {
            await world.Runner.WhenIdleAsync();
            await world.Runner.StepAsync(isStart: false, Ct);
        }

        await world.Runner.WhenIdleAsync();
        Assert.Equal(2, world.Engine.RunningMax);
        await using (var db = world.Db())
            Assert.Equal(5, await db.Jobs.CountAsync(j => j.Status == JobStatus.Completed, Ct));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Two_nodes_never_run_one_job_twice(DatabaseKind kind)
    {
        await using var a = await World.CreateAsync(kind, postgres);
        await using var b = a.CreateSecondNode();
        await using (var db = a.Db())
            await db.Hosts.ExecuteUpdateAsync(s => s.SetProperty(h => h.JobsMax, 100), Ct);
        foreach (var i in Enumerable.Range(0, 20))
            await a.Get<JobQueue>().EnqueueAsync(await a.AddItemAsync($"vm{i}"), OnDemand, Ct);
        await Task.WhenAll(a.Runner.StepAsync(false, Ct), b.Runner.StepAsync(false, Ct));
        a.Engine.Release();
        b.Engine.Release();
        await a.Runner.WhenIdleAsync();
        await b.Runner.WhenIdleAsync();
        await using (var db = a.Db())
        {
            Assert.All(await db.Jobs.ToListAsync(Ct), j => Assert.Equal((JobStatus.Completed, 1), (j.Status, j.Attempts)));
            Assert.All(await db.Leases.ToListAsync(Ct), l => Assert.Equal(1, l.Fence));
        }
    }

    [Fact]
    public async Task A_scheduled_job_is_tried_again_later_only_where_its_fault_says_that_this_helps()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var item = await world.AddItemAsync("web1");
        world.Engine.Work = (_, _, _, _) => throw new FaultException(ServiceFaults.HostNotReached("h"));
        var (job, _) = await world.Get<JobQueue>().EnqueueAsync(item, new BackupJobRequest(JobTrigger.Scheduled), Ct);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await world.Runner.StepAsync(isStart: false, Ct);
            await world.Runner.WhenIdleAsync();
            var now = await world.JobAsync(job.JobId);
            Assert.Equal(attempt, now.Attempts);
            if (attempt < 3)
            {
                Assert.Equal(JobPhase.Queued, now.Phase);
                Assert.Equal(world.Time.GetUtcNow() + (TimeSpan.FromSeconds(60) * Math.Pow(2, attempt - 1)), now.NotBeforeUtc);
                world.Time.SetUtcNow(now.NotBeforeUtc);
            }
        }

        Assert.Equal(JobStatus.Failed, (await world.JobAsync(job.JobId)).Status);
        Assert.Equal(("HoldfastHostNotReached", false), ((await world.ItemAsync(item)).LastBackupFault!.Code.Value, (await world.ItemAsync(item)).LastBackupSucceeded!.Value));

        world.Engine.Work = (_, _, _, _) => throw new FaultException(BackupFaults.NothingToBackUp("web1"));
        (job, _) = await world.Get<JobQueue>().EnqueueAsync(item, new BackupJobRequest(JobTrigger.Scheduled), Ct);
        await world.Runner.StepAsync(isStart: false, Ct);
        await world.Runner.WhenIdleAsync();
        Assert.Equal((JobStatus.Failed, 1), ((await world.JobAsync(job.JobId)).Status, (await world.JobAsync(job.JobId)).Attempts));
    }

    [Fact]
    public async Task A_job_that_a_clock_which_was_ahead_put_off_for_a_year_is_run()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var (job, _) = await world.Get<JobQueue>().EnqueueAsync(await world.AddItemAsync("web1"), OnDemand, Ct);
        world.Engine.Release();
        await using (var db = world.Db())
        {
            (await db.Jobs.SingleAsync(Ct)).NotBeforeUtc = world.Time.GetUtcNow().AddYears(1);
            await db.SaveChangesAsync(Ct);
        }

        await world.Runner.StepAsync(isStart: false, Ct);
        await world.Runner.WhenIdleAsync();
        Assert.Equal(JobStatus.Completed, (await world.JobAsync(job.JobId)).Status);
    }

    [Fact]
    public async Task Progress_becomes_tasks_and_percent_and_ends_the_right_to_cancel()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Engine.Work = (_, _, progress, _) =>
        {
            progress.Report(new RunProgress(RunStage.TakeSnapshot, null, 0, 0, 0));
            progress.Report(new RunProgress(RunStage.Transfer, "vda", 50, 100, 10));
            progress.Report(new RunProgress(RunStage.Seal, null, 0, 0, 20));
            return go.Task;
        };
        var (job, _) = await world.Get<JobQueue>().EnqueueAsync(await world.AddItemAsync("web1"), OnDemand, Ct);
        await world.Runner.StepAsync(isStart: false, Ct);
        await world.Engine.WaitForOneAsync();
        JobRow seen;
        do
        {
            world.Time.Advance(world.Options.QueueInterval);
            await Task.Yield();
            seen = await world.JobAsync(job.JobId);
        }
        while (seen.IsCancellable);
        Assert.Equal([JobTaskStatus.Completed, JobTaskStatus.InProgress], seen.Tasks.Select(t => t.Status));
        Assert.Equal((50L, 100L, 50d), (seen.Tasks[1].DoneBytes, seen.Tasks[1].TotalBytes, seen.Percent));
        var refused = await Assert.ThrowsAsync<FaultException>(() => world.Get<ControlPlane.Jobs.Jobs>().CancelAsync(world.Vault, job.JobId.ToString(), Ct));
        Assert.Equal("HoldfastJobPastNoReturn", refused.Fault.Code.Value);
        go.SetResult();
    }

    [Fact]
    public async Task A_fault_is_stored_as_code_and_parameters()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        world.Engine.Work = (_, _, _, _) => throw new FaultException(BackupFaults.NothingToBackUp("web1"));
        var (job, _) = await world.Get<JobQueue>().EnqueueAsync(await world.AddItemAsync("web1"), OnDemand, Ct);
        await world.Runner.StepAsync(isStart: false, Ct);
        await world.Runner.WhenIdleAsync();
        Assert.Equal(BackupFaults.NothingToBackUp("web1"), (await world.JobAsync(job.JobId)).Error);
        await using var db = world.Db();
        var text = await db.Database.SqlQuery<string>($"SELECT \"Error\" AS \"Value\" FROM \"Jobs\"").SingleAsync(Ct);
        Assert.Equal("""{"code":"HoldfastNothingToBackUp","parameters":{"vm":"web1"}}""", text);
    }
}
