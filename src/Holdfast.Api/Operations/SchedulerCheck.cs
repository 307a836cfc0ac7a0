using Microsoft.Extensions.Diagnostics.HealthChecks;
using Quartz;

namespace Holdfast.Api.Operations;

/// <summary>Whether the scheduler runs: without it nothing becomes due.</summary>
internal sealed class SchedulerCheck(ISchedulerFactory schedulers) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var scheduler = await schedulers.GetScheduler(cancellationToken);
            return scheduler.Status switch
            {
                SchedulerStatus.Running => HealthCheckResult.Healthy(),
                SchedulerStatus.ShuttingDown or SchedulerStatus.Shutdown => HealthCheckResult.Unhealthy("it has ended"),
                _ => HealthCheckResult.Degraded("it hasn't begun yet"),
            };
        }
        catch (Exception e) when (e is SchedulerException or System.Data.Common.DbException)
        {
            return HealthCheckResult.Degraded("it can't be made: its store doesn't answer", e);
        }
    }
}
