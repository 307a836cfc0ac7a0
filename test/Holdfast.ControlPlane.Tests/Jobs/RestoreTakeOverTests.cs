using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.Faults;
using Holdfast.Protection.Restore;

namespace Holdfast.ControlPlane.Tests.Jobs;

/// <summary>Restores of a node that fell silent, with real journals and files, and libvirt's test driver as the host.</summary>
public sealed class RestoreTakeOverTests(PostgresServer postgres)
{
    private static CancellationToken Ct => World.Ct;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task What_a_dead_restore_had_made_is_removed_by_another_node_and_the_job_says_so(DatabaseKind kind)
    {
        await using var a = await World.CreateAsync(kind, postgres);
        await using var b = a.CreateSecondNode();
        var (job, told) = await BeginAsync(a);
        var (journal, image) = Journal(a);
        await told.RestoreIntendedAsync(RestoreJournalFile.PathOf(a.Get<EngineContexts>().Paths, journal.Journal.Id), Ct);
        journal.Dispose();

        var ended = await TakeOverAsync(a, b, job);
        Assert.False(File.Exists(image));
        Assert.Equal((JobStatus.Failed, "HoldfastNodeLost"), (ended.Status, ended.Error!.Code.Value));
        Assert.Equal("HoldfastInterruptedRestoreCleaned", Assert.Single(ended.Warnings).Code.Value);
    }

    [Fact]
    public async Task A_restore_that_only_stood_still_is_not_touched_and_can_no_longer_exchange_anything()
    {
        await using var a = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var b = a.CreateSecondNode();
        var (job, told) = await BeginAsync(a);
        var (journal, image) = Journal(a);
        using (journal)
        {
            await told.RestoreIntendedAsync(RestoreJournalFile.PathOf(a.Get<EngineContexts>().Paths, journal.Journal.Id), Ct);
            var ended = await TakeOverAsync(a, b, job);
            Assert.Equal(JobStatus.Failed, ended.Status);
            Assert.True(File.Exists(image));
            Assert.Equal("HoldfastLeaseLost", (await Assert.ThrowsAsync<FaultException>(() => told.RestoreSealingAsync(Ct))).Fault.Code.Value);
        }
    }

    [Fact]
    public async Task A_restore_that_was_over_but_for_its_end_is_told_as_complete()
    {
        await using var a = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var b = a.CreateSecondNode();
        var (job, told) = await BeginAsync(a);
        await told.RestoreIntendedAsync(RestoreJournalFile.PathOf(a.Get<EngineContexts>().Paths, "gone"), Ct);
        await told.RestoredAsync(Ct);
        var ended = await TakeOverAsync(a, b, job);
        Assert.Equal((JobStatus.CompletedWithWarnings, (Fault?)null), (ended.Status, ended.Error));
        Assert.Equal("HoldfastRestoreFinishedForNode", Assert.Single(ended.Warnings).Code.Value);
        Assert.All(ended.Tasks, t => Assert.Equal(JobTaskStatus.Completed, t.Status));
    }

    private static async Task<(JobRow Job, LeaseJournal Told)> BeginAsync(World node)
    {
        var job = JobQueue.Make(await node.AddItemAsync("web1"), JobOperation.Restore, "{}", node.Time.GetUtcNow());
        job.HostId = node.Host.HostId;
        job.Tasks = [new("Transfer data from vault", JobTaskStatus.NotStarted)];
        await node.Get<JobQueue>().AddAsync(job, Ct);
        var leases = new JobLeases(node.Get<ControlPlaneDatabase>(), node.Options, node.Time);
        var claimed = Assert.Single(await leases.ClaimAsync([node.Host.HostId], Ct));
        return (claimed, new LeaseJournal(leases, claimed));
    }

    private static (RestoreJournalFile Journal, string Image) Journal(World node)
    {
        var id = RestoreJournalFile.NewId();
        var item = RestoreItem.Make(id, "vda", Path.Combine(node.Options.DataFolder, "web1-vda.qcow2"), replaces: false);
        var journal = RestoreJournalFile.Create(node.Get<EngineContexts>().Paths, new RestoreJournal
        {
            Id = id, Kind = Protection.Restore.RestoreKind.Files, Vm = "web1", Point = "p", Vault = "v", Items = [item],
        });
        File.WriteAllText(item.NewPath, "half an image");
        return (journal, item.NewPath);
    }

    private static async Task<JobRow> TakeOverAsync(World a, World b, JobRow job)
    {
        a.Time.Advance(a.Options.LeaseTime + TimeSpan.FromSeconds(1));
        await b.Runner.StepAsync(isStart: false, Ct);
        return await a.JobAsync(job.JobId);
    }
}
