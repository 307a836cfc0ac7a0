using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Policies;
using Holdfast.Protection.Health;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>What the policies of a node will lead to in the next days, judged by how long backups took of late.</summary>
public sealed class ScheduleForecast(ControlPlaneDatabase database, ControlPlaneOptions options, TimeProvider time)
{
    private const int RecentJobs = 5;
    private const int StartsMax = 256;
    private static readonly TimeSpan Back = TimeSpan.FromDays(45);
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(2);
    private static readonly TimeSpan UnknownDuration = TimeSpan.FromMinutes(10);

    /// <summary>Reads items, policies and past jobs, and judges.</summary>
    public async Task<IReadOnlyList<HealthResult>> JudgeAsync(CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var items = await db.Items.AsNoTracking().ToListAsync(ct).ConfigureAwait(false);
            var policies = (await db.Policies.AsNoTracking().ToListAsync(ct).ConfigureAwait(false))
                .ToDictionary(p => p.PolicyId, p => (p.Name, PolicyDocument.FromStored(p.Properties).Policy));
            var hosts = await db.Hosts.AsNoTracking().ToDictionaryAsync(h => h.HostId, ct).ConfigureAwait(false);
            var since = time.GetUtcNow() - Back;
            var past = await db.Jobs.AsNoTracking()
                .Where(j => j.Operation == JobOperation.Backup && j.BegunUtc != null && j.EndUtc > since && (j.Status == JobStatus.Completed || j.Status == JobStatus.CompletedWithWarnings))
                .Select(j => new { j.ItemId, j.BegunUtc, j.EndUtc }).ToListAsync(ct).ConfigureAwait(false);
            var durations = past.GroupBy(j => j.ItemId).ToDictionary(
                g => g.Key, g => g.OrderByDescending(j => j.EndUtc).Take(RecentJobs).Max(j => j.EndUtc!.Value - j.BegunUtc!.Value));
            var planned = items.Where(i => i is { IsScheduled: true, IsSoftDeleted: false } && policies.ContainsKey(i.PolicyId!.Value)).Select(i => new PlannedBackups(
                i.VmName, i.HostId is { } id && hosts.TryGetValue(id, out var host) ? host.Name : "?", policies[i.PolicyId!.Value].Name, i.PolicyId!.Value,
                Starts(new ScheduledItem(i.ItemId, policies[i.PolicyId!.Value].Policy)), durations.GetValueOrDefault(i.ItemId, UnknownDuration))).ToList();
            var limits = hosts.Values.ToDictionary(h => h.Name, h => h.JobsMax > 0 ? h.JobsMax : options.JobsPerHostMax, StringComparer.Ordinal);
            return PolicyLint.Of(planned, host => limits.GetValueOrDefault(host, options.JobsPerHostMax));
        }
    }

    private List<DateTimeOffset> Starts(ScheduledItem item)
    {
        var starts = new List<DateTimeOffset>();
        var now = time.GetUtcNow();
        for (var at = item.Next(now).Start; at < now + Ahead && starts.Count < StartsMax; at = item.Next(at).Start)
            starts.Add(at.ToOffset(item.Policy.TimeZone.Zone.GetUtcOffset(Instant.FromDateTimeOffset(at)).ToTimeSpan()));
        // A weekly policy has none so soon: its next start still counts.
        return starts.Count > 0 ? starts : [item.Next(now).Start];
    }
}
