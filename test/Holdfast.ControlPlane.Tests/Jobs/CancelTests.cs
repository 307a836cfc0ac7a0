using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Tests.Jobs;

public sealed class CancelTests(PostgresServer postgres)
{
    private static CancellationToken Ct => World.Ct;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task A_job_that_waits_is_cancelled_at_once_and_only_once(DatabaseKind kind)
    {
        await using var world = await World.CreateAsync(kind, postgres);
        var (job, _) = await world.Get<JobQueue>().EnqueueAsync(await world.AddItemAsync("web1"), new BackupJobRequest(JobTrigger.OnDemand), Ct);
        var jobs = world.Get<ControlPlane.Jobs.Jobs>();
        var operation = await jobs.CancelAsync(world.Vault, job.JobId.ToString(), Ct);
        Assert.Equal(JobStatus.Cancelled, (await world.JobAsync(job.JobId)).Status);
        Assert.Equal(OperationStatus.Succeeded, (await world.Get<Operations>().FindAsync(world.Vault, operation.OperationId.ToString(), Ct))!.Status);
        var again = await Assert.ThrowsAsync<FaultException>(() => jobs.CancelAsync(world.Vault, job.JobId.ToString(), Ct));
        Assert.Equal("HoldfastJobNotInProgress", again.Fault.Code.Value);
        await world.Runner.StepAsync(isStart: false, Ct);
        Assert.Equal(0, world.Engine.RunningMax);
    }

    [Fact]
    public async Task A_job_that_runs_is_asked_to_stop_and_ends_as_cancelled()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var (job, _) = await world.Get<JobQueue>().EnqueueAsync(await world.AddItemAsync("web1"), new BackupJobRequest(JobTrigger.OnDemand), Ct);
        await world.Runner.StepAsync(isStart: false, Ct);
        await world.Engine.WaitForOneAsync();
        var operation = await world.Get<ControlPlane.Jobs.Jobs>().CancelAsync(world.Vault, job.JobId.ToString(), Ct);
        await world.Runner.WhenIdleAsync();
        Assert.Equal((JobStatus.Cancelled, JobPhase.Ended), ((await world.JobAsync(job.JobId)).Status, (await world.JobAsync(job.JobId)).Phase));
        Assert.Equal(OperationStatus.Succeeded, (await world.Get<Operations>().FindAsync(world.Vault, operation.OperationId.ToString(), Ct))!.Status);
    }

    [Fact]
    public async Task A_job_on_another_node_is_stopped_by_its_own_heartbeat()
    {
        await using var a = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var b = a.CreateSecondNode();
        var (job, _) = await a.Get<JobQueue>().EnqueueAsync(await a.AddItemAsync("web1"), new BackupJobRequest(JobTrigger.OnDemand), Ct);
        await a.Runner.StepAsync(isStart: false, Ct);
        await a.Engine.WaitForOneAsync();
        await b.Get<ControlPlane.Jobs.Jobs>().CancelAsync(b.Vault, job.JobId.ToString(), Ct);
        var idle = a.Runner.WhenIdleAsync();
        while (!idle.IsCompleted)
        {
            a.Time.Advance(a.Options.QueueInterval);
            await Task.WhenAny(idle, Task.Delay(10, Ct));
        }

        Assert.Equal(JobStatus.Cancelled, (await a.JobAsync(job.JobId)).Status);
    }

    [Fact]
    public async Task A_cancel_that_comes_too_late_says_so_and_the_job_counts()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Engine.Work = (_, _, _, _) => go.Task;
        var (job, _) = await world.Get<JobQueue>().EnqueueAsync(await world.AddItemAsync("web1"), new BackupJobRequest(JobTrigger.OnDemand), Ct);
        await world.Runner.StepAsync(isStart: false, Ct);
        await world.Engine.WaitForOneAsync();
        var operation = await world.Get<ControlPlane.Jobs.Jobs>().CancelAsync(world.Vault, job.JobId.ToString(), Ct);
        Assert.Equal(JobStatus.Cancelling, (await world.JobAsync(job.JobId)).Status);
        go.SetResult();
        await world.Runner.WhenIdleAsync();
        Assert.Equal(JobStatus.Completed, (await world.JobAsync(job.JobId)).Status);
        Assert.Equal((OperationStatus.Failed, "HoldfastJobCancelFailed"), await SeenAsync(world, operation));
    }

    [Fact]
    public async Task A_cancel_that_takes_too_long_counts_as_failed_until_the_job_has_ended_as_cancelled()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Engine.Work = async (_, _, _, ct) =>
        {
            await go.Task;
            ct.ThrowIfCancellationRequested();
        };
        var (job, _) = await world.Get<JobQueue>().EnqueueAsync(await world.AddItemAsync("web1"), new BackupJobRequest(JobTrigger.OnDemand), Ct);
        await world.Runner.StepAsync(isStart: false, Ct);
        await world.Engine.WaitForOneAsync();
        var operation = await world.Get<ControlPlane.Jobs.Jobs>().CancelAsync(world.Vault, job.JobId.ToString(), Ct);
        world.Time.Advance(world.Options.CancelPatience);
        Assert.Equal((OperationStatus.InProgress, null), await SeenAsync(world, operation));
        world.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((OperationStatus.Failed, "HoldfastJobCancelFailed"), await SeenAsync(world, operation));
        go.SetResult();
        await world.Runner.WhenIdleAsync();
        Assert.Equal((OperationStatus.Succeeded, null), await SeenAsync(world, operation));
    }

    private static async Task<(OperationStatus Status, string? Code)> SeenAsync(World world, OperationRow operation)
    {
        var seen = (await world.Get<Operations>().FindAsync(world.Vault, operation.OperationId.ToString(), Ct))!;
        return (seen.Status, seen.Error?.Code.Value);
    }

    [Theory]
    [InlineData(JobOperation.ConfigureBackup)]
    [InlineData(JobOperation.DisableBackup)]
    [InlineData(JobOperation.DeleteBackupData)]
    [InlineData(JobOperation.Undelete)]
    public void Only_backups_and_restores_can_be_cancelled(JobOperation operation)
    {
        var job = new JobRow
        {
            JobId = Guid.NewGuid(), VaultId = Guid.Empty, ItemId = Guid.Empty, Operation = operation, EntityName = "", ContainerName = "", ActivityId = "",
            Request = "{}", Phase = JobPhase.Running, IsCancellable = true,
        };
        Assert.Equal("HoldfastJobTypeNotCancellable", CancelRules.Refusal(job)!.Code.Value);
    }
}
