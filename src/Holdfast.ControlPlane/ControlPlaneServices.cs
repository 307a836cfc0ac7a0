using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Health;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Points;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Schedule;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Holdfast.ControlPlane;

/// <summary>Registers the control plane's services.</summary>
public static class ControlPlaneServices
{
    /// <summary>Adds what a node needs. Its hosted services bring the database up to date first: start the host before the first use, or await
    /// <see cref="Installation.EnsureAsync"/>.</summary>
    public static IServiceCollection AddHoldfastControlPlane(this IServiceCollection services, ControlPlaneOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<AuditLog>();
        services.TryAddSingleton(StorePlaces.FoldersOnly);
        services.TryAddSingleton(new NodeEndpoints([]));
        return services.AddLogging()
            .AddSingleton(options)
            .AddSingleton<ControlPlaneDatabase>()
            .AddSingleton<IDbContextFactory<ControlPlaneContext>>(s => s.GetRequiredService<ControlPlaneDatabase>())
            .AddSingleton<Installation>()
            .AddSingleton<VaultKeyFiles>()
            .AddSingleton<OpenVaults>()
            .AddSingleton<HostConnections>()
            .AddSingleton<EngineContexts>()
            .AddSingleton<RegisteredHosts>()
            .AddSingleton<LastInventories>()
            .AddSingleton<Inventory>()
            .AddSingleton<RecoveryServicesVaults>()
            .AddSingleton<JobInstruments>()
            .AddSingleton<RunningJobs>()
            .AddSingleton<JobQueue>()
            .AddSingleton<ItemLeases>()
            .AddSingleton<Jobs.Jobs>()
            .AddSingleton<Operations>()
            .AddSingleton<StorePatience>()
            .AddSingleton<ItemNotes>()
            .AddSingleton<ProtectedItems>()
            .AddSingleton<Rebinding>()
            .AddSingleton<SoftDeletePurge>()
            .AddSingleton<RestoreOutlook>()
            .AddSingleton<RestoreRequests>()
            .AddSingleton<StoreRecovery>()
            .AddSingleton<NodePresence>()
            .AddSingleton<IJobExecutor, EngineJobExecutor>()
            .AddSingleton<BackupRequests>()
            .AddSingleton<RecoveryPoints>()
            .AddSingleton<BackupPolicies>()
            .AddSingleton<IScheduledItems, ScheduledItems>()
            .AddSingleton<ScheduleForecast>()
            .AddSingleton<RecentForecast>()
            .AddSingleton<GuestPrograms>()
            .AddSingleton<PreChecks>()
            .AddSingleton<ItemExamination>()
            .AddSingleton<NodeExamination>()
            .AddSingleton<VmRemedies>()
            .AddSingleton<PreCheckService>()
            .AddHostedService(s => s.GetRequiredService<PreCheckService>())
            .AddSingleton<IClockSynchronisation, SystemClockSynchronisation>()
            .AddSingleton<ExpiryClock>()
            .AddSingleton<Retention>()
            .AddSingleton<IMaintenanceTask>(s => s.GetRequiredService<Retention>())
            .AddSingleton<IMaintenanceTask, PurgeTask>()
            .AddSingleton<IMaintenanceTask, RebindTask>()
            .AddSingleton<IMaintenanceTask, ForgetTask>()
            .AddSingleton<IMaintenanceTask, SpaceTask>()
            .AddHostedService<NodeStart>()
            .AddHostedService<InventoryKeeper>()
            .AddSingleton<JobRunner>()
            .AddHostedService(s => s.GetRequiredService<JobRunner>())
            .AddSchedule(new()
            {
                NodeName = options.NodeName,
                Postgres = options.IsPostgres ? options.Database : null,
                SqliteFile = options.IsPostgres ? null : Path.Combine(Path.GetFullPath(options.DataFolder), "scheduler.db"),
            });
    }
}
