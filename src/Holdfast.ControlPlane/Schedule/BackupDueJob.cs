using Quartz;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>What an item's trigger starts. After a node's death the scheduler starts it again on another one (or on the same, when it is back).</summary>
internal sealed class BackupDueJob(BackupSchedules schedules) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var key = context.Recovering ? context.RecoveringTriggerKey : context.Trigger.Key;
        if (ItemTriggers.TryItem(key, out var itemId))
            await schedules.FireAsync(itemId, ItemTriggers.OccurrenceOf(context.MergedJobDataMap), cancellationToken).ConfigureAwait(false);
    }
}
