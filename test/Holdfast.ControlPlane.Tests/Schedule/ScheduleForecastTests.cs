using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Schedule;
using Holdfast.ControlPlane.Tests.Databases;

namespace Holdfast.ControlPlane.Tests.Schedule;

public sealed class ScheduleForecastTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_backup_that_of_late_took_longer_than_a_day_will_overlap_its_daily_policy(bool onPostgres)
    {
        await using var node = await ServiceNode.CreateAsync(onPostgres ? postgres : null);
        var slow = await node.AddItemAsync("slow");
        await node.AddItemAsync("quick");
        await using (var db = node.Db())
        {
            db.Jobs.Add(new JobRow
            {
                JobId = Guid.NewGuid(), VaultId = node.Vault.VaultId, ItemId = slow.ItemId, Operation = JobOperation.Backup, Status = JobStatus.Completed,
                EntityName = "slow", ContainerName = slow.ContainerName, ActivityId = "a", Request = "{}",
                StartUtc = node.Time.GetUtcNow().AddHours(-30), BegunUtc = node.Time.GetUtcNow().AddHours(-30), EndUtc = node.Time.GetUtcNow(),
            });
            await db.SaveChangesAsync(Ct);
        }

        var results = await new ScheduleForecast(node.Get<ControlPlaneDatabase>(), node.Get<ControlPlaneOptions>(), node.Time).JudgeAsync(Ct);
        var overlap = Assert.Single(results, r => r.Check == "overlap");
        Assert.Equal(("HoldfastPolicyOverlaps", "slow"), (overlap.Fault!.Code.Value, overlap.Fault.Parameters["vm"]));
    }
}
