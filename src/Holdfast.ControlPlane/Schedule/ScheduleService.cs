using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>Starts the node's scheduler, keeps its triggers in agreement with the items, and stops it.</summary>
internal sealed partial class ScheduleService(
    ISchedulerFactory schedulers,
    BackupSchedules schedules,
    IEnumerable<IMaintenanceTask> tasks,
    ScheduleOptions options,
    TimeProvider time,
    ILogger<ScheduleService> logger) : BackgroundService
{
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        var scheduler = await schedulers.GetScheduler(cancellationToken).ConfigureAwait(false);

        // What a firing does takes milliseconds; a job that it queued is the runner's.
        await scheduler.Shutdown(waitForJobsToComplete: true, cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isStarted = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!isStarted)
                {
                    await StartAsync().ConfigureAwait(false);
                    isStarted = true;
                }

                await schedules.ReconcileAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e, options.ReconcileInterval);
            }

            await Task.Delay(options.ReconcileInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task StartAsync()
        {
            if (options.SqliteFile is { } file)
                await UseWriteAheadLogAsync(file, stoppingToken).ConfigureAwait(false);
            var scheduler = await schedulers.GetScheduler(stoppingToken).ConfigureAwait(false);
            await MaintenanceJob.StoreAsync(scheduler, tasks, time, stoppingToken).ConfigureAwait(false);
            await scheduler.Start(stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>Readers don't wait for a writer then. The file remembers it.</summary>
    private static async Task UseWriteAheadLogAsync(string file, CancellationToken ct)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(ct).ConfigureAwait(false);
            var command = connection.CreateCommand();
            await using (command.ConfigureAwait(false))
            {
                command.CommandText = "PRAGMA journal_mode=WAL";
                await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(7503, LogLevel.Error, "Schedules couldn't be brought up to date: backups that are armed still run; changes take effect later. Tried again in {Interval}.")]
    private partial void LogFailed(Exception e, TimeSpan interval);
}
