using System.Text.Json;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Points;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Tests.Policies;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Points;
using Holdfast.Vault;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Tests.Points;

/// <summary>Retention on points of a real store.</summary>
public sealed class RetentionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Points_are_tagged_and_those_whose_time_is_over_are_deleted_from_the_store()
    {
        await using var node = await ServiceNode.CreateAsync();
        var item = await node.AddItemAsync("vm1");
        await UsePolicyAsync(node, item, PolicyBodies.Weekly);
        var days = new List<DateTimeOffset>();

        // Mondays and Wednesdays; a week's retention, and two months for each second Monday.
        for (var day = new DateTimeOffset(2026, 2, 2, 4, 31, 0, TimeSpan.Zero); day < node.Time.GetUtcNow(); day = day.AddDays(day.DayOfWeek == DayOfWeek.Monday ? 2 : 5))
        {
            days.Add(day);
            await AddPointAsync(node, item, day);
        }

        await node.Get<Retention>().RunAsync(Ct);
        Assert.Equal([days[2], days[^2], days[^1]], (await StoredAsync(node, item)).Select(p => p.CreatedUtc));
        await using var db = node.Db();
        var rows = await db.Points.AsNoTracking().OrderBy(p => p.CreatedUtc).ToListAsync(Ct);
        Assert.Equal([["Weekly", "Monthly"], ["Weekly"], ["Weekly"]], rows.Select(r => r.Tags));
        Assert.Equal([days[2].AddMonths(2), days[^2].AddDays(7), days[^1].AddDays(7)], rows.Select(r => r.ExpiresUtc!.Value));
    }

    [Fact]
    public async Task The_last_good_point_stays_however_old_it_is()
    {
        await using var node = await ServiceNode.CreateAsync();
        var item = await node.AddItemAsync("vm1");
        await AddPointAsync(node, item, node.Time.GetUtcNow().AddDays(-400));
        await AddPointAsync(node, item, node.Time.GetUtcNow().AddDays(-300));
        await node.Get<Retention>().RunAsync(Ct);
        Assert.Equal([node.Time.GetUtcNow().AddDays(-300)], (await StoredAsync(node, item)).Select(p => p.CreatedUtc));
    }

    [Fact]
    public async Task An_on_demand_point_is_kept_to_its_own_date()
    {
        await using var node = await ServiceNode.CreateAsync();
        var item = await node.AddItemAsync("vm1");
        var now = node.Time.GetUtcNow();
        var kept = await AddPointAsync(node, item, now.AddDays(-100), retainUntil: now.AddDays(5));
        await AddPointAsync(node, item, now.AddDays(-2), retainUntil: now.AddDays(-1));
        await AddPointAsync(node, item, now.AddDays(-1));
        await node.Get<Retention>().RunAsync(Ct);
        Assert.Equal([now.AddDays(-100), now.AddDays(-1)], (await StoredAsync(node, item)).Select(p => p.CreatedUtc));
        await using var db = node.Db();
        Assert.Equal(now.AddDays(5), (await db.Points.AsNoTracking().SingleAsync(p => p.PointId == kept.PointId.Value, Ct)).ExpiresUtc);
    }

    /// <summary>Whoever protects a point for a while doesn't mean to shorten what its policy gives it.</summary>
    [Fact]
    public async Task A_date_that_a_scheduled_point_got_later_never_shortens_its_life()
    {
        await using var node = await ServiceNode.CreateAsync();
        var item = await node.AddItemAsync("vm1");
        await UsePolicyAsync(node, item, PolicyBodies.Weekly);
        var monday = new DateTimeOffset(2026, 2, 9, 4, 31, 0, TimeSpan.Zero);
        var point = await AddPointAsync(node, item, monday);
        await AddPointAsync(node, item, node.Time.GetUtcNow().AddDays(-1));
        await node.Get<Retention>().RunAsync(Ct);
        await SetRetainUntilAsync(node, item, point, monday.AddDays(10));
        await node.Get<Retention>().RunAsync(Ct);
        Assert.Contains(monday, (await StoredAsync(node, item)).Select(p => p.CreatedUtc));
        await using var db = node.Db();
        Assert.Equal(monday.AddMonths(2), (await db.Points.AsNoTracking().SingleAsync(p => p.PointId == point.PointId.Value, Ct)).ExpiresUtc);
    }

    [Fact]
    public async Task A_monthly_point_stays_one_when_the_policy_gets_another_time_zone()
    {
        await using var node = await ServiceNode.CreateAsync();
        var item = await node.AddItemAsync("vm1");
        await UsePolicyAsync(node, item, PolicyBodies.Weekly);
        var monday = new DateTimeOffset(2026, 2, 9, 4, 31, 0, TimeSpan.Zero);
        await AddPointAsync(node, item, monday);
        await AddPointAsync(node, item, node.Time.GetUtcNow().AddDays(-1));
        await node.Get<Retention>().RunAsync(Ct);

        // There it is Sunday still.
        await UsePolicyAsync(node, item, PolicyBodies.Weekly.Replace("India", "Hawaiian", StringComparison.Ordinal));
        await node.Get<Retention>().RunAsync(Ct);
        Assert.Contains(monday, (await StoredAsync(node, item)).Select(p => p.CreatedUtc));
    }

    [Fact]
    public async Task Nothing_expires_by_a_clock_that_is_a_year_ahead_nor_does_a_purge_that_it_queued()
    {
        await using var node = await ServiceNode.CreateAsync();
        var item = await node.AddItemAsync("vm1");
        var now = node.Time.GetUtcNow();
        await AddPointAsync(node, item, now.AddDays(-2));
        await AddPointAsync(node, item, now.AddDays(-1));
        await node.Get<Retention>().RunAsync(Ct);
        node.Time.AdjustTime(now.AddYears(1));
        await node.Get<Retention>().RunAsync(Ct);
        Assert.Equal(2, (await StoredAsync(node, item)).Count);

        await node.ChangeAsync(item, i => (i.State, i.DeletedUtc, i.PurgeAtUtc) = (ProtectionState.ProtectionStopped, now, now.AddDays(14)));
        Assert.Equal(1, await node.Get<SoftDeletePurge>().RunAsync(Ct));
        node.Time.AdjustTime(now.AddMinutes(1));
        await using var db = node.Db();
        var outcome = await node.Get<IJobExecutor>().RunAsync(await db.Jobs.AsNoTracking().SingleAsync(Ct), null!, new Progress<RunProgress>(), Ct);
        Assert.False(outcome.RemovesItem);
        Assert.Equal(2, (await StoredAsync(node, item)).Count);
    }

    [Theory]
    [InlineData("stopped")]
    [InlineData("deleted")]
    [InlineData("busy")]
    public async Task Nothing_of_an_item_expires_while_it_is_stopped_soft_deleted_or_worked_on(string state)
    {
        await using var node = await ServiceNode.CreateAsync();
        var item = await node.AddItemAsync("vm1");
        var now = node.Time.GetUtcNow();
        await AddPointAsync(node, item, now.AddDays(-400));
        await AddPointAsync(node, item, now.AddDays(-1));
        if (state == "busy")
            await node.Get<JobQueue>().EnqueueAsync(item, new BackupJobRequest(JobTrigger.OnDemand), Ct);
        else
            await node.ChangeAsync(item, i => (i.State, i.DeletedUtc) = (ProtectionState.ProtectionStopped, state == "deleted" ? now : null));
        await node.Get<Retention>().RunAsync(Ct);
        Assert.Equal(2, (await StoredAsync(node, item)).Count);
    }

    [Fact]
    public async Task By_a_database_that_is_an_older_copy_nothing_expires()
    {
        await using var node = await ServiceNode.CreateAsync();
        var item = await node.AddItemAsync("vm1");
        var now = node.Time.GetUtcNow();
        await AddPointAsync(node, item, now.AddDays(-400));
        await AddPointAsync(node, item, now.AddDays(-1));
        await using var db = node.Db();
        var row = await db.Items.SingleAsync(Ct);
        var before = row.Version;
        row.Version = before + 5;
        await db.SaveChangesAsync(Ct);
        await node.Get<ItemNotes>().WriteAsync(node.Vault, item, Ct);
        await db.Items.ExecuteUpdateAsync(s => s.SetProperty(i => i.Version, before), Ct);
        await node.Get<Retention>().RunAsync(Ct);
        Assert.Equal(2, (await StoredAsync(node, item)).Count);
    }

    [Theory]
    [InlineData("stopped")]
    [InlineData("deleted")]
    [InlineData("policy")]
    public async Task What_was_changed_while_a_round_judged_counts_and_nothing_expires(string change)
    {
        await using var node = await ServiceNode.CreateAsync();
        var item = await node.AddItemAsync("vm1");
        var now = node.Time.GetUtcNow();
        await AddPointAsync(node, item, now.AddDays(-400));
        await AddPointAsync(node, item, now.AddDays(-1));
        await using var db = node.Db();
        var policy = await db.Policies.AsNoTracking().SingleAsync(p => p.PolicyId == item.PolicyId, Ct);
        if (change == "policy")
        {
            (await db.Policies.SingleAsync(p => p.PolicyId == item.PolicyId, Ct)).ModifiedUtc = now.AddDays(1);
            await db.SaveChangesAsync(Ct);
        }
        else
        {
            await node.ChangeAsync(item, i => (i.State, i.DeletedUtc) = (ProtectionState.ProtectionStopped, change == "deleted" ? now : null));
        }

        Assert.Empty(await node.Get<Retention>().ApplyAsync(node.Vault, item, policy, Ct));
        Assert.Equal(2, (await StoredAsync(node, item)).Count);
    }

    [Fact]
    public async Task Points_of_a_suspended_item_expire_as_its_policy_says()
    {
        await using var node = await ServiceNode.CreateAsync();
        var item = await node.AddItemAsync("vm1", ProtectionState.BackupsSuspended);
        await AddPointAsync(node, item, node.Time.GetUtcNow().AddDays(-400));
        await AddPointAsync(node, item, node.Time.GetUtcNow().AddDays(-1));
        await node.Get<Retention>().RunAsync(Ct);
        Assert.Single(await StoredAsync(node, item));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_purge_that_waited_leaves_an_item_alone_that_was_undeleted_meanwhile(bool undeleted)
    {
        await using var node = await ServiceNode.CreateAsync();
        var item = await node.AddItemAsync("vm1");
        var now = node.Time.GetUtcNow();
        await AddPointAsync(node, item, now.AddDays(-1));
        await node.ChangeAsync(item, i => (i.State, i.DeletedUtc, i.PurgeAtUtc) = (ProtectionState.ProtectionStopped, now.AddDays(-14), now));
        Assert.Equal(1, await node.Get<SoftDeletePurge>().RunAsync(Ct));
        if (undeleted)
            await node.ChangeAsync(item, i => (i.DeletedUtc, i.PurgeAtUtc) = (null, null));
        await using var db = node.Db();
        var job = await db.Jobs.AsNoTracking().SingleAsync(Ct);
        var outcome = await node.Get<IJobExecutor>().RunAsync(job, null!, new Progress<RunProgress>(), Ct);
        Assert.Equal((undeleted ? 1 : 0, !undeleted), ((await StoredAsync(node, item)).Count, outcome.RemovesItem));
    }

    private static async Task UsePolicyAsync(ServiceNode node, ProtectedItemRow item, string body)
    {
        using var document = JsonDocument.Parse(body);
        var policy = await node.Get<BackupPolicies>().PutAsync(node.Vault, "p2", document.RootElement, Ct);
        await node.ChangeAsync(item, i => i.PolicyId = policy.Id);
    }

    private static async Task<IReadOnlyList<Point>> StoredAsync(ServiceNode node, ProtectedItemRow item) =>
        await (await node.Get<OpenVaults>().OpenAsync(node.Vault, Ct)).ListPointsAsync(new SourceId(item.SourceId), Ct);

    private static async Task<Point> AddPointAsync(
        ServiceNode node, ProtectedItemRow item, DateTimeOffset taken, DateTimeOffset? retainUntil = null)
    {
        const int Bytes = 64 * 1024;
        var vault = await node.Get<OpenVaults>().OpenAsync(node.Vault, Ct);
        var details = new PointDetails
        {
            Kind = SourceKind.VirtualMachine,
            Name = item.VmName,
            Host = "host1",
            Consistency = Consistency.FileSystem,
            Disks = [new DiskDetails("vda", "qcow2", "/images/a.qcow2", Bytes, ReadMode.Full, null, null, Bytes)],
        };
        var source = new SourceId(item.SourceId);
        await using var session = await vault.OpenSessionAsync(source, Ct);
        var writer = session.BeginDisk(new DiskSpec("vda", Bytes, Bytes, "vda"), null);
        var chunk = vault.RentChunk(Bytes);
        System.Security.Cryptography.RandomNumberGenerator.Fill(chunk.Memory.Span[..Bytes]);
        await writer.WriteChunkAsync(0, chunk, Ct);
        await writer.CompleteAsync(Ct);
        var point = await session.CommitAsync(PointDetailsJson.Write(details), taken, Ct);
        if (retainUntil is not null)
            await SetRetainUntilAsync(node, item, point, retainUntil);
        return point;
    }

    private static async Task SetRetainUntilAsync(ServiceNode node, ProtectedItemRow item, Point point, DateTimeOffset? until) =>
        await (await node.Get<OpenVaults>().OpenAsync(node.Vault, Ct)).SetRetentionAsync(new SourceId(item.SourceId), point.PointId, new RetentionMark(false, until), Ct);
}
