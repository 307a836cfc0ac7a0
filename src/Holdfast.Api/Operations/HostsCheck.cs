using Holdfast.ControlPlane;
using Holdfast.ControlPlane.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Holdfast.Api.Operations;

/// <summary>Whether the hosts that this node is meant to reach answered it when it last asked. Where one doesn't the node does its work on the others.</summary>
internal sealed class HostsCheck(IDbContextFactory<ControlPlaneContext> database, ControlPlaneOptions options) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            var node = await db.Nodes.AsNoTracking().SingleOrDefaultAsync(n => n.Name == options.NodeName, cancellationToken);
            var meant = (await db.Hosts.AsNoTracking().ToListAsync(cancellationToken)).Where(h => h.IsReachedBy(options.NodeName)).ToList();
            var reached = meant.Count(h => node?.ReachedHosts.Contains(h.HostId) is true);
            var detail = $"{reached} of {meant.Count} answer";
            return reached == meant.Count ? HealthCheckResult.Healthy(detail) : HealthCheckResult.Degraded(detail);
        }
        catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException or TimeoutException)
        {
            return HealthCheckResult.Degraded("not known: the database doesn't answer", e);
        }
    }
}
