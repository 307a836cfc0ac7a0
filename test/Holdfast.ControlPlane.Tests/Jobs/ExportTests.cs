using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Tests.Databases;

namespace Holdfast.ControlPlane.Tests.Jobs;

public sealed class ExportTests(PostgresServer postgres)
{
    private const int Many = 1203;

    private static CancellationToken Ct => World.Ct;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task An_export_holds_every_job_up_to_the_instant_that_it_was_asked_for(DatabaseKind kind)
    {
        await using var world = await World.CreateAsync(kind, postgres);
        var item = await world.AddItemAsync("web1");
        var now = world.Time.GetUtcNow();

        // Some begin at the same instant: pages may neither repeat nor lose one of them.
        await AddAsync(world, Enumerable.Range(0, Many).Select(n => Job(item, now.AddMinutes(-(n / 7)))));
        var jobs = world.Get<ControlPlane.Jobs.Jobs>();
        var asked = await jobs.ExportAsync(world.Vault, new JobFilter(), Ct);
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await AddAsync(world, [Job(item, world.Time.GetUtcNow())]);

        var found = (await world.Get<Operations>().FindAsync(world.Vault, asked.OperationId.ToString(), Ct))!;
        Assert.Equal((OperationKind.Exports, OperationStatus.Succeeded), (found.Kind, found.Status));
        var read = await jobs.ReadAsync(world.Vault, found.Export!, Ct).ToListAsync(Ct);
        Assert.Equal((Many, Many), (read.Count, read.Select(j => j.JobId).Distinct().Count()));
        Assert.Equal(read.Select(j => j.StartUtc).OrderDescending(), read.Select(j => j.StartUtc));
    }

    [Fact]
    public async Task An_export_keeps_the_filter_that_it_was_asked_with()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var item = await world.AddItemAsync("web1");
        var now = world.Time.GetUtcNow();
        JobRow[] rows =
        [
            Job(item, now.AddDays(-3)), Job(item, now.AddDays(-1)), Job(item, now.AddDays(-1), JobOperation.Restore), Job(item, now.AddHours(-1)),
        ];
        await AddAsync(world, rows);
        var filter = new JobFilter { Operation = JobOperation.Backup, From = now.AddDays(-2), Until = now.AddHours(-2) };
        var jobs = world.Get<ControlPlane.Jobs.Jobs>();
        var asked = await jobs.ExportAsync(world.Vault, filter, Ct);
        var found = (await world.Get<Operations>().FindAsync(world.Vault, asked.OperationId.ToString(), Ct))!;
        Assert.Equal(rows[1].JobId, Assert.Single(await jobs.ReadAsync(world.Vault, found.Export!, Ct).ToListAsync(Ct)).JobId);
    }

    private static JobRow Job(ProtectedItemRow item, DateTimeOffset start, JobOperation operation = JobOperation.Backup) => new()
    {
        JobId = Guid.NewGuid(), VaultId = item.VaultId, ItemId = item.ItemId, Operation = operation, Status = JobStatus.Completed, Phase = JobPhase.Ended,
        EntityName = item.VmName, ContainerName = item.ContainerName, ActivityId = "", Request = "{}", StartUtc = start, EndUtc = start.AddMinutes(1),
    };

    private static async Task AddAsync(World world, IEnumerable<JobRow> jobs)
    {
        await using var db = world.Db();
        db.AddRange(jobs);
        await db.SaveChangesAsync(Ct);
    }
}
