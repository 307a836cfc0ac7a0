using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Holdfast.ControlPlane.Alerts;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Policies;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Api.Operations;

/// <summary>
/// Figures that are read from the database and the stores' file systems every few seconds, alike on all nodes: what is protected and how old its points
/// are, how full and how well deduplicated vaults are, and what waits. What a node does itself is counted where it is done.
/// </summary>
public sealed partial class NodeMeters : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    private readonly IDbContextFactory<ControlPlaneContext> _database;
    private readonly TimeProvider _time;
    private readonly ILogger<NodeMeters> _log;
    private ImmutableArray<ItemFigures> _items = [];
    private ImmutableArray<QueueFigures> _queue = [];
    private ImmutableArray<StoreFigures> _stores = [];
    private ImmutableArray<RatioFigures> _ratios = [];
    private DateTimeOffset? _waitingSince;

    /// <summary>Makes the instruments.</summary>
    public NodeMeters(IDbContextFactory<ControlPlaneContext> database, TimeProvider time, IMeterFactory meters, ILogger<NodeMeters> log)
    {
        ArgumentNullException.ThrowIfNull(time);
        _database = database;
        _time = time;
        _log = log;
        var meter = meters.Create(JobInstruments.Name);
        meter.CreateObservableGauge("holdfast.protected.items", () => _items.GroupBy(i => (i.Vault, i.State)).Select(g => new Measurement<long>(g.Count(), [new("vault", g.Key.Vault), new("state", g.Key.State)])), description: "Protected items");
        meter.CreateObservableGauge("holdfast.item.point.age", () => _items.Where(i => i.LastPointUtc is not null).Select(i => new Measurement<double>((_time.GetUtcNow() - i.LastPointUtc!.Value).TotalSeconds, Tags(i))), "s", "Age of the newest recovery point");
        meter.CreateObservableGauge("holdfast.item.point.overdue", () => _items.Where(i => i.DeadlineUtc is not null).Select(i => new Measurement<double>((_time.GetUtcNow() - i.DeadlineUtc!.Value).TotalSeconds, Tags(i))), "s", "How long ago the policy's deadline for the next recovery point passed; below 0 while it is ahead");
        meter.CreateObservableGauge("holdfast.item.last.backup.failed", () => _items.Select(i => new Measurement<int>(i.LastBackupFailed ? 1 : 0, Tags(i))), description: "1 where the latest backup failed");
        meter.CreateObservableGauge("holdfast.jobs", () => _queue.Select(q => new Measurement<long>(q.Count, new KeyValuePair<string, object?>("phase", q.Phase))), description: "Jobs that wait or run");
        meter.CreateObservableGauge("holdfast.queue.oldest.age", () => _waitingSince is { } since ? Math.Max(0, (_time.GetUtcNow() - since).TotalSeconds) : 0, "s", "How long the job that has waited longest has been due to begin; 0 where none waits");
        meter.CreateObservableGauge("holdfast.store.free", () => _stores.Select(s => new Measurement<long>(s.FreeBytes, new KeyValuePair<string, object?>("vault", s.Vault))), "By", "Free space of the file system that a vault's store is on");
        meter.CreateObservableGauge("holdfast.store.size", () => _stores.Select(s => new Measurement<long>(s.SizeBytes, new KeyValuePair<string, object?>("vault", s.Vault))), "By", "Size of the file system that a vault's store is on");
        meter.CreateObservableGauge("holdfast.vault.dedup.ratio", () => _ratios.Select(r => new Measurement<double>(r.Ratio, new KeyValuePair<string, object?>("vault", r.Vault))), description: "Bytes that backups have read, by the bytes that the vault grew by: what deduplication, zeros and compression saved");
    }

    /// <summary>Reads everything anew.</summary>
    public async Task ReadAsync(CancellationToken ct)
    {
        await using var db = await _database.CreateDbContextAsync(ct);
        var vaults = await db.Vaults.AsNoTracking().ToDictionaryAsync(v => v.VaultId, v => v.Name, ct);
        var policies = await db.Policies.AsNoTracking().ToDictionaryAsync(p => p.PolicyId, p => PolicyDocument.FromStored(p.Properties).Policy, ct);
        _items =
        [
            .. (await db.Items.AsNoTracking().ToListAsync(ct)).Where(i => vaults.ContainsKey(i.VaultId)).Select(i =>
                new ItemFigures(vaults[i.VaultId], i.VmName, i.IsSoftDeleted ? "SoftDeleted" : i.State.ToString(), i.LastPointUtc, i.LastBackupSucceeded is false,
                    i.IsScheduled && policies.TryGetValue(i.PolicyId!.Value, out var policy) ? PointDeadline.After(policy, i.LastPointUtc ?? i.CreatedUtc) : null)),
        ];
        var waiting = await db.Jobs.Where(j => j.Phase != JobPhase.Ended).GroupBy(j => j.Phase).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct);
        _queue = [.. new[] { JobPhase.Queued, JobPhase.Running }.Select(p => new QueueFigures(p.ToString(), waiting.Where(w => w.Key == p).Sum(w => w.Count)))];

        var now = _time.GetUtcNow();
        _waitingSince = await db.Jobs.Where(j => j.Phase == JobPhase.Queued && j.NotBeforeUtc <= now).OrderBy(j => j.NotBeforeUtc)
            .Select(j => (DateTimeOffset?)j.NotBeforeUtc).FirstOrDefaultAsync(ct);
        _stores = [.. (await db.Vaults.AsNoTracking().Select(v => new { v.Name, v.StorePath }).ToListAsync(ct)).Select(v => StoreOf(v.Name, v.StorePath)).OfType<StoreFigures>()];
        var sums = await db.Jobs.Where(j => j.Operation == JobOperation.Backup && j.Phase == JobPhase.Ended && j.StoredBytes > 0).GroupBy(j => j.VaultId)
            .Select(g => new { g.Key, Read = g.Sum(j => j.DoneBytes), Stored = g.Sum(j => j.StoredBytes) }).ToListAsync(ct);
        _ratios = [.. sums.Where(s => vaults.ContainsKey(s.Key)).Select(s => new RatioFigures(vaults[s.Key], (double)s.Read / s.Stored))];
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, _time);
        do
        {
            try
            {
                await ReadAsync(stoppingToken);
            }
            catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException)
            {
                LogFailed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static StoreFigures? StoreOf(string vault, string path)
    {
        try
        {
            var drive = new DriveInfo(path);
            return new StoreFigures(vault, drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A store that can't be reached has no figures; /health/ready tells of it.
            return null;
        }
    }

    private static KeyValuePair<string, object?>[] Tags(ItemFigures item) => [new("vault", item.Vault), new("vm", item.Vm)];

    [LoggerMessage(3040, LogLevel.Warning, "The node's figures couldn't be read from the database; /metrics shows older ones")]
    private partial void LogFailed(Exception e);

    private sealed record ItemFigures(string Vault, string Vm, string State, DateTimeOffset? LastPointUtc, bool LastBackupFailed, DateTimeOffset? DeadlineUtc);

    private sealed record QueueFigures(string Phase, int Count);

    private sealed record StoreFigures(string Vault, long FreeBytes, long SizeBytes);

    private sealed record RatioFigures(string Vault, double Ratio);
}
