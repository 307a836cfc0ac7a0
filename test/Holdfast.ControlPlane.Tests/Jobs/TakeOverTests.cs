using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Holdfast.Vault;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Tests.Jobs;

public sealed class TakeOverTests(PostgresServer postgres)
{
    private static CancellationToken Ct => World.Ct;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task The_job_of_a_node_that_fell_silent_runs_on_another_and_the_first_can_no_longer_write(DatabaseKind kind)
    {
        await using var a = await World.CreateAsync(kind, postgres);
        await using var b = a.CreateSecondNode();
        var item = await a.AddItemAsync("web1");
        var (queued, _) = await a.Get<JobQueue>().EnqueueAsync(item, new BackupJobRequest(JobTrigger.OnDemand), Ct);

        // Node a claims the job, opens a session in the vault, and then stands still: its heartbeat isn't run.
        var leases = new JobLeases(a.Get<ControlPlaneDatabase>(), a.Options, a.Time);
        var job = Assert.Single(await leases.ClaimAsync([a.Host.HostId], Ct));
        var journal = new LeaseJournal(leases, job);
        var vault = await a.Get<OpenVaults>().OpenAsync(a.Vault, Ct);
        await using var session = await vault.OpenSessionAsync(new SourceId(item.SourceId), Ct);
        await journal.SessionOpenedAsync(item.SourceId, session.PointId.Value, Ct);

        await b.Runner.StepAsync(isStart: true, Ct);
        Assert.Equal("a", (await a.JobAsync(job.JobId)).Node);
        a.Time.Advance(a.Options.LeaseTime + TimeSpan.FromSeconds(1));
        b.Engine.Release();
        await b.Runner.StepAsync(isStart: false, Ct);
        await b.Runner.WhenIdleAsync();
        await b.Runner.StepAsync(isStart: false, Ct);
        await b.Runner.WhenIdleAsync();
        var ended = await a.JobAsync(queued.JobId);
        Assert.Equal((JobStatus.Completed, 2), (ended.Status, ended.Attempts));

        // It wakes up: neither the store nor the database takes anything from it.
        var commit = await Assert.ThrowsAsync<VaultException>(() => session.CommitAsync("{}"u8.ToArray(), a.Time.GetUtcNow(), Ct));
        Assert.Equal(VaultErrorKind.SessionRevoked, commit.Kind);
        Assert.Empty(await vault.ListPointsAsync(new SourceId(item.SourceId), Ct));
        var lost = await Assert.ThrowsAsync<FaultException>(() => journal.FreezeIntendedAsync(Ct));
        Assert.Equal("HoldfastLeaseLost", lost.Fault.Code.Value);
        Assert.False(await leases.RenewAsync(job, Ct));
        Assert.Null(await leases.EndAsync(job, j => j.Status = JobStatus.Failed, null, Ct));
        Assert.Equal(JobStatus.Completed, (await a.JobAsync(queued.JobId)).Status);
    }

    [Fact]
    public async Task A_job_that_is_renewed_is_not_taken_over()
    {
        await using var a = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var b = a.CreateSecondNode();
        var (job, _) = await a.Get<JobQueue>().EnqueueAsync(await a.AddItemAsync("web1"), new BackupJobRequest(JobTrigger.OnDemand), Ct);
        var leases = new JobLeases(a.Get<ControlPlaneDatabase>(), a.Options, a.Time);
        var claimed = Assert.Single(await leases.ClaimAsync([a.Host.HostId], Ct));
        for (var i = 0; i < 5; i++)
        {
            a.Time.Advance(a.Options.LeaseTime / 2);
            Assert.True(await leases.RenewAsync(claimed, Ct));
            await b.Runner.StepAsync(isStart: false, Ct);
        }

        Assert.Equal(("a", 1), ((await a.JobAsync(job.JobId)).Node, (await a.JobAsync(job.JobId)).Attempts));
    }

    [Fact]
    public async Task A_node_that_starts_again_does_not_wait_for_its_own_old_leases()
    {
        await using var a = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var (job, _) = await a.Get<JobQueue>().EnqueueAsync(await a.AddItemAsync("web1"), new BackupJobRequest(JobTrigger.OnDemand), Ct);
        await new JobLeases(a.Get<ControlPlaneDatabase>(), a.Options, a.Time).ClaimAsync([a.Host.HostId], Ct);
        a.Engine.Release();
        await a.Runner.StepAsync(isStart: true, Ct);
        await a.Runner.WhenIdleAsync();
        Assert.Equal((JobStatus.Completed, 2), ((await a.JobAsync(job.JobId)).Status, (await a.JobAsync(job.JobId)).Attempts));
    }

    [Fact]
    public async Task A_job_whose_host_no_node_reaches_fails_after_a_time_and_says_so()
    {
        await using var a = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using (var db = a.Db())
            await db.Hosts.ExecuteUpdateAsync(s => s.SetProperty(h => h.Uri, "test:///nowhere-to-be-found.xml"), Ct);
        var item = await a.AddItemAsync("web1");
        var (job, _) = await a.Get<JobQueue>().EnqueueAsync(item, new BackupJobRequest(JobTrigger.OnDemand), Ct);
        // However long it has waited already, for its turn or on a node that is dead now.
        a.Time.Advance(a.Options.UnreachableHostPatience + TimeSpan.FromSeconds(1));
        await a.Runner.StepAsync(isStart: false, Ct);
        Assert.Equal(JobPhase.Queued, (await a.JobAsync(job.JobId)).Phase);
        a.Time.Advance(a.Options.UnreachableHostPatience + TimeSpan.FromSeconds(1));
        await a.Runner.StepAsync(isStart: false, Ct);
        var failed = await a.JobAsync(job.JobId);
        Assert.Equal((JobStatus.Failed, "HoldfastHostNotReached"), (failed.Status, failed.Error!.Code.Value));
        await a.Get<JobQueue>().EnqueueAsync(item, new BackupJobRequest(JobTrigger.OnDemand), Ct);
    }
}
