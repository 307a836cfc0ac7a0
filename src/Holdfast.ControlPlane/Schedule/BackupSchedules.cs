using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>
/// Keeps one trigger for each scheduled item, at its next run. It is armed again whenever it has fired; what was missed while no node ran is made up
/// for by one late run.
/// </summary>
/// <remarks>
/// The triggers are a consequence of items and policies: lost ones are made again, those of changed schedules or of a wrong clock replaced, superfluous ones removed by
/// <see cref="ReconcileAsync"/>, which may run at any time on any node.
/// </remarks>
public sealed partial class BackupSchedules
{
    /// <summary>A run that starts later than this is a late one.</summary>
    public static readonly TimeSpan LateAfter = TimeSpan.FromMinutes(2);

    /// <summary>How long a due backup waits where another operation is in progress, or the queue can't be written.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(2);

    private const int PageSize = 1000;

    private readonly ISchedulerFactory _schedulers;
    private readonly IScheduledItems _items;
    private readonly TimeProvider _time;
    private readonly ILogger<BackupSchedules> _logger;

    // Due backups whose firing failed, as while the database is away. Their triggers have fired, and fire no more.
    private readonly ConcurrentDictionary<Guid, Policies.Occurrence> _missed = [];
    private volatile bool _isJobStored;

    /// <summary>Makes it.</summary>
    public BackupSchedules(ISchedulerFactory schedulers, IScheduledItems items, TimeProvider time, ILogger<BackupSchedules> logger)
    {
        _schedulers = schedulers;
        _items = items;
        _time = time;
        _logger = logger;
    }

    /// <summary>When an item's next scheduled run is, or null.</summary>
    public async Task<DateTimeOffset?> NextRunAsync(Guid itemId, CancellationToken ct)
    {
        var scheduler = await SchedulerAsync(ct).ConfigureAwait(false);
        return (await scheduler.GetTrigger(ItemTriggers.KeyOf(itemId), ct).ConfigureAwait(false))?.NextFireTimeUtc;
    }

    /// <summary>Makes the triggers agree with items and policies.</summary>
    /// <returns>How many were armed, and how many removed.</returns>
    public async Task<(int Armed, int Removed)> ReconcileAsync(CancellationToken ct)
    {
        var scheduler = await SchedulerAsync(ct).ConfigureAwait(false);
        foreach (var itemId in _missed.Keys)
        {
            if (_missed.TryRemove(itemId, out var occurrence))
                await FireAsync(itemId, occurrence, ct).ConfigureAwait(false);
        }

        // The triggers first: a trigger that is armed while the items are read isn't in this list, and so isn't taken for superfluous.
        var present = await ReadTriggersAsync(scheduler, ct).ConfigureAwait(false);
        var armed = 0;
        foreach (var item in await _items.ListAsync(ct).ConfigureAwait(false))
        {
            var isPresent = present.Remove(item.ItemId, out var found);
            var next = item.Next(_time.GetUtcNow());

            // One that is later than it should be was armed by a clock that was ahead: it would be silent for as long as that was.
            if (isPresent && found!.Description == ItemTriggers.ScheduleOf(item.Policy) && found.State is not TriggerState.Error
                && !(found.NextFireTimeUtc > next.Start + RetryAfter))
            {
                continue;
            }

            var trigger = ItemTriggers.Make(item, next);
            await ArmAsync(scheduler, trigger, isPresent ? TriggerConflict.Replace : TriggerConflict.Keep, ct).ConfigureAwait(false);
            armed++;
        }

        var superfluous = present.Keys.Select(ItemTriggers.KeyOf).ToList();
        if (superfluous.Count > 0)
            await scheduler.UnscheduleJobs(superfluous, ct).ConfigureAwait(false);
        if (armed + superfluous.Count > 0)
            LogReconciled(armed, superfluous.Count);
        return (armed, superfluous.Count);
    }

    /// <summary>Queues a backup that is due, and arms the item's next one. What fails is tried again when schedules are next brought up to date.</summary>
    internal async Task FireAsync(Guid itemId, Policies.Occurrence occurrence, CancellationToken ct)
    {
        try
        {
            await QueueAndArmAsync(itemId, occurrence, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogNotFired(e, itemId, occurrence.Due);
            _missed[itemId] = occurrence;
        }
    }

    private async Task QueueAndArmAsync(Guid itemId, Policies.Occurrence occurrence, CancellationToken ct)
    {
        var scheduler = await SchedulerAsync(ct).ConfigureAwait(false);
        var item = await _items.FindAsync(itemId, ct).ConfigureAwait(false);
        if (item is null)
            return;
        var isLate = _time.GetUtcNow() - occurrence.Start > LateAfter;
        DueOutcome outcome;
        try
        {
            outcome = await _items.QueueAsync(itemId, occurrence, isLate, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogQueueFailed(e, itemId, occurrence.Due);
            outcome = DueOutcome.Busy;
        }

        if (outcome == DueOutcome.NotScheduled)
            return;
        var now = _time.GetUtcNow();
        var next = item.Next(now);
        var retryAt = now + RetryAfter;

        // A due backup waits for its turn, unless the next one is as near: that one makes up for both.
        var trigger = outcome == DueOutcome.Busy && retryAt < next.Start
            ? ItemTriggers.Make(item, occurrence, retryAt)
            : ItemTriggers.Make(item, next);
        await ArmAsync(scheduler, trigger, TriggerConflict.Replace, ct).ConfigureAwait(false);
    }

    private async Task<IScheduler> SchedulerAsync(CancellationToken ct)
    {
        var scheduler = await _schedulers.GetScheduler(ct).ConfigureAwait(false);
        if (!_isJobStored)
        {
            // The one job that all items' triggers fire. Storing it twice does no harm.
            var job = JobBuilder.Create<BackupDueJob>().WithIdentity(ItemTriggers.Job).StoreDurably().RequestRecovery().Build();
            await scheduler.AddJob(job, AddJobOptions.Replacing, ct).ConfigureAwait(false);
            _isJobStored = true;
        }

        return scheduler;
    }

    private static async Task<Dictionary<Guid, TriggerHeader>> ReadTriggersAsync(IScheduler scheduler, CancellationToken ct)
    {
        var triggers = new Dictionary<Guid, TriggerHeader>();
        for (var seen = 0; ;)
        {
            var page = await scheduler.QueryTriggers(new TriggerQuery { Skip = seen, Take = PageSize }, ct).ConfigureAwait(false);
            foreach (var trigger in page.Items)
            {
                if (ItemTriggers.TryItem(trigger.Key, out var itemId))
                    triggers[itemId] = trigger;
            }

            if (!page.HasMore)
                return triggers;
            seen += page.Items.Count;
        }
    }

    private static async Task ArmAsync(IScheduler scheduler, ITrigger trigger, TriggerConflict conflict, CancellationToken ct) =>
        await scheduler.ScheduleTrigger(trigger, conflict, ct).ConfigureAwait(false);

    [LoggerMessage(7501, LogLevel.Information, "Schedules agree with the items again: {Armed} armed, {Removed} removed.")]
    private partial void LogReconciled(int armed, int removed);

    [LoggerMessage(7502, LogLevel.Error, "The backup of item {ItemId} that was due at {Due} couldn't be queued; it is tried again in two minutes.")]
    private partial void LogQueueFailed(Exception e, Guid itemId, DateTimeOffset due);

    [LoggerMessage(7504, LogLevel.Error, "The backup of item {ItemId} that was due at {Due} couldn't be dealt with; it is tried again when schedules are next brought up to date.")]
    private partial void LogNotFired(Exception e, Guid itemId, DateTimeOffset due);
}
