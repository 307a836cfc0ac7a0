using Holdfast.ControlPlane.Persistence;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Quartz;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>Registers the schedule.</summary>
public static class ScheduleServices
{
    // Firings only put a row into the queue.
    private const int ThreadsMax = 4;

    /// <summary>
    /// Adds the scheduler, <see cref="BackupSchedules"/> and the hosted service that starts them. <see cref="IScheduledItems"/> and any
    /// <see cref="IMaintenanceTask"/> come from elsewhere.
    /// </summary>
    public static IServiceCollection AddSchedule(this IServiceCollection services, ScheduleOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<BackupSchedules>();
        services.AddHostedService<ScheduleService>();
        return services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler =>
            {
                // One name for all nodes: it is what makes them one cluster.
                scheduler.InstanceName = "holdfast";
                scheduler.InstanceId = options.NodeName;
                scheduler.MaxBatchSize = ThreadsMax;

                // What another node or a bulk of changes has armed is seen within this time; what is due is started when it is due.
                scheduler.IdleWaitTime = TimeSpan.FromSeconds(1);
            });
            quartz.UseDefaultThreadPool(ThreadsMax);
            quartz.UsePersistentStore(store =>
            {
                store.ProvisionSchema();
                store.ConfigureStore(ado => ado.StoreJobDataAsStrings = true);
                if (options.Postgres is { } postgres)
                {
                    // Its triggers are made again from items and policies, and what is queued isn't queued twice.
                    store.UsePostgres(NpgsqlFactory.Instance, ControlPlaneDatabase.Unsynced(postgres));
                    store.UseClustering(cluster => cluster.CheckinInterval = options.CheckinInterval);
                }
                else
                {
                    store.UseSqlite(SqliteSession.OfScheduler, new SqliteConnectionStringBuilder
                    {
                        DataSource = options.SqliteFile,
                        DefaultTimeout = 30,
                    }.ToString());
                }
            });
        });
    }
}
