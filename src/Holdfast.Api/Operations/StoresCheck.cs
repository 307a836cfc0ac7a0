using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Vaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Holdfast.Api.Operations;

/// <summary>Whether the vaults' stores are there and unlocked. A node whose stores have all gone can't do its work; one that is gone concerns its vault.</summary>
internal sealed class StoresCheck(IDbContextFactory<ControlPlaneContext> database, OpenVaults open) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        List<VaultRow> vaults;
        try
        {
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            vaults = await db.Vaults.AsNoTracking().ToListAsync(cancellationToken);
        }
        catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException or TimeoutException)
        {
            // The database's own check tells of it.
            return HealthCheckResult.Degraded("not known: the database doesn't answer", e);
        }

        var good = 0;
        foreach (var vault in vaults)
        {
            if (await open.IsUsableAsync(vault, cancellationToken))
                good++;
        }

        var detail = $"{good} of {vaults.Count} are there and unlocked";
        return good == vaults.Count ? HealthCheckResult.Healthy(detail) : good > 0 ? HealthCheckResult.Degraded(detail) : HealthCheckResult.Unhealthy(detail);
    }
}
