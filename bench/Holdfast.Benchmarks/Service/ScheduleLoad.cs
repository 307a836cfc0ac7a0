using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Schedule;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Benchmarks.Service;

/// <summary>Items that are all due within one hour: how late they start, and whether each starts once.</summary>
internal static class ScheduleLoad
{
    private const string Policy = """
        {"backupManagementType":"AzureIaasVM","schedulePolicy":{"schedulePolicyType":"SimpleSchedulePolicy","scheduleRunFrequency":"Daily",
        "scheduleRunTimes":["2026-01-01T12:00:00Z"]},"retentionPolicy":{"retentionPolicyType":"LongTermRetentionPolicy","dailySchedule":{
        "retentionDuration":{"count":30,"durationType":"Days"}}},"holdfast":{"startWindowMinutes":60}}
        """;

    // All is over when every item has had its job, or nothing has happened for so long since the hour ended.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(60);

    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static async Task<int> MeasureAsync(string database, double speed, int itemsCount, int hostsCount)
    {
        var prepared = new ScaledTime(Noon.AddHours(-2), 1);
        await using var world = await ServiceWorld.CreateAsync(database, prepared);
        var arming = await ArmAsync(world, prepared, itemsCount, hostsCount);

        var time = new ScaledTime(Noon.AddSeconds(-20 * speed), speed);
        using var node = world.Node(time, speed);
        var starting = Stopwatch.StartNew();
        await node.StartAsync();
        var start = starting.Elapsed;
        await using var db = ServiceWorld.Db(node);
        var quiet = Stopwatch.StartNew();
        for (var (ended, before) = (0, 0); ended < itemsCount && quiet.Elapsed < Quiet; before = ended)
        {
            await Task.Delay(TimeSpan.FromSeconds(2));
            ended = await db.Jobs.CountAsync(j => j.Phase == JobPhase.Ended);
            if (ended != before || time.GetUtcNow() < Noon.AddHours(1))
                quiet.Restart();
        }

        var jobs = await db.Jobs.AsNoTracking().Select(j => new { j.ItemId, j.BegunUtc, j.StartUtc }).ToListAsync();
        await node.StopAsync();

        DateTimeOffset Due(Guid item) => Noon + ScheduleCalculator.Offset(item.ToString("D"), TimeSpan.FromHours(1));
        var lags = jobs.Where(j => j.BegunUtc is not null).Select(j => (j.BegunUtc!.Value - Due(j.ItemId)) / speed).Order().ToList();
        var queued = jobs.Select(j => (j.StartUtc - Due(j.ItemId)) / speed).Order().ToList();
        var latest = jobs.Where(j => j.BegunUtc is not null).MaxBy(j => j.BegunUtc!.Value - Due(j.ItemId));
        var latestAt = latest is null ? TimeSpan.Zero : (Due(latest.ItemId) - Noon) / speed;
        var once = jobs.GroupBy(j => j.ItemId).ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {(database == "sqlite" ? "SQLite" : "PostgreSQL")}: {itemsCount} items on {hostsCount} hosts, due within an hour, clock {speed} times as fast
              armed in {arming.TotalSeconds:f1} s; node started in {start.TotalSeconds:f2} s
              begun - due, real seconds: median {At(lags, 0.5):f2}, p99 {At(lags, 0.99):f2}, most {lags.LastOrDefault().TotalSeconds:f2}, due {latestAt.TotalSeconds:f0} s after the hour began
              queued - due, real seconds: median {At(queued, 0.5):f2}, p99 {At(queued, 0.99):f2}
              lost {itemsCount - once.Count(g => g.Any(j => j.BegunUtc is not null))}, doubled {once.Count(g => g.Count() > 1)}
            """));
        return once.Count == itemsCount && once.All(g => g.Count() == 1) ? 0 : 1;
    }

    private static async Task<TimeSpan> ArmAsync(ServiceWorld world, TimeProvider time, int itemsCount, int hostsCount)
    {
        using var node = world.Node(time, 1);
        using var document = JsonDocument.Parse(Policy);
        var policy = await node.Services.GetRequiredService<BackupPolicies>().PutAsync(world.Vault, "load", document.RootElement, default);
        var hosts = Enumerable.Range(0, hostsCount).Select(world.HostRow).ToList();
        await using (var db = ServiceWorld.Db(node))
        {
            db.AddRange(hosts);
            db.AddRange(Enumerable.Range(0, itemsCount).Select(i => world.Item(i, policy.Id, hosts[i % hosts.Count].HostId)));
            await db.SaveChangesAsync();
        }

        var watch = Stopwatch.StartNew();
        await node.Services.GetRequiredService<BackupSchedules>().ReconcileAsync(default);
        return watch.Elapsed;
    }

    private static double At(List<TimeSpan> sorted, double quantile) =>
        sorted.Count == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Count - 1, Math.Ceiling(quantile * sorted.Count) - 1)].TotalSeconds;
}
