using Holdfast.ControlPlane.Hosts;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Persistence;

/// <summary>What is made at the first start: tenant, subscription, a resource group and the local libvirt as a host.</summary>
/// <param name="database">The database.</param>
/// <param name="options">The node.</param>
/// <param name="time">The clock.</param>
public sealed class Installation(ControlPlaneDatabase database, ControlPlaneOptions options, TimeProvider time)
{
    private const string TenantName = "tenant";
    private const string LocalName = "local";
    private const string GroupName = "holdfast";

    /// <summary>Brings the schema up to date and makes what is missing. May run on several nodes at once.</summary>
    /// <returns>The tenant's id.</returns>
    public async Task<string> EnsureAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(options.DataFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await database.MigrateAsync(ct).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await SeedAsync(ct).ConfigureAwait(false);
            }
            catch (DbUpdateException) when (attempt < 3)
            {
                // Another node was faster: what it made counts.
            }
        }
    }

    /// <summary>The tenant's id.</summary>
    public async Task<string> GetTenantAsync(CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            return (await db.Settings.SingleAsync(s => s.Name == TenantName, ct).ConfigureAwait(false)).Value;
    }

    private async Task<string> SeedAsync(CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            if (await db.Settings.FindAsync([TenantName], ct).ConfigureAwait(false) is { } known)
                return known.Value;
            var tenant = Guid.NewGuid().ToString();
            var subscription = Guid.NewGuid().ToString();
            db.Add(new SettingRow { Name = TenantName, Value = tenant });
            db.Add(new SubscriptionRow { SubscriptionId = subscription, DisplayName = "Holdfast" });
            db.Add(new ResourceGroupRow { SubscriptionId = subscription, NameKey = GroupName, Name = GroupName, Location = LocalName });
            db.Add(new HostRow
            {
                HostId = Guid.NewGuid(),
                NameKey = LocalName,
                Name = LocalName,
                Uri = options.LocalHostUri,
                SubscriptionId = subscription,
                ResourceGroup = GroupName,
                Location = LocalName,
                JobsMax = options.JobsPerHostMax,
                CreatedUtc = time.GetUtcNow(),
            });
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            return tenant;
        }
    }
}
