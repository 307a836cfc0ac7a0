using Microsoft.Extensions.Logging;
using Quartz;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>Runs the maintenance task that its key names.</summary>
[DisallowConcurrentExecution]
internal sealed partial class MaintenanceJob(IEnumerable<IMaintenanceTask> tasks, ILogger<MaintenanceJob> logger) : IJob
{
    public const string Group = "maintenance";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        if (tasks.FirstOrDefault(t => t.Name == context.JobDetail.Key.Name) is not { } task)
            return;
        try
        {
            await task.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(e, task.Name, task.Interval);
        }
    }

    /// <summary>Stores the tasks' jobs and triggers.</summary>
    public static async Task StoreAsync(IScheduler scheduler, IEnumerable<IMaintenanceTask> tasks, TimeProvider time, CancellationToken ct)
    {
        foreach (var task in tasks)
        {
            var job = JobBuilder.Create<MaintenanceJob>().WithIdentity(task.Name, Group).StoreDurably().Build();
            await scheduler.AddJob(job, AddJobOptions.Replacing, ct).ConfigureAwait(false);
            var trigger = TriggerBuilder.Create()
                .WithIdentity(task.Name, Group)
                .ForJob(job)
                .StartAt(time.GetUtcNow())
                // However many rounds were missed: one at once, and then on.
                .WithSchedule(SimpleScheduleBuilder.Create().WithInterval(task.Interval).RepeatForever()
                    .WithMisfireInstruction(SimpleTriggerMisfireInstruction.NowWithExistingCount))
                .Build();
            await scheduler.ScheduleTrigger(trigger, TriggerConflict.Replace, ct).ConfigureAwait(false);
        }
    }

    [LoggerMessage(7510, LogLevel.Error, "Maintenance task {Task} failed; nothing was lost by that, and it is tried again in {Interval}.")]
    private partial void LogFailed(Exception e, string task, TimeSpan interval);
}
