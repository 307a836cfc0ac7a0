using System.Text.Json;
using Holdfast.ControlPlane.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>What was last seen on each host, by whichever node reaches it.</summary>
public sealed class LastInventories(ControlPlaneDatabase database, TimeProvider time)
{
    /// <summary>Keeps what is on a host now.</summary>
    public async Task StoreAsync(Guid host, HostInventory inventory, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(inventory);
        var (now, content) = (time.GetUtcNow(), JsonSerializer.Serialize(inventory, RowJson.Options));
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            if (await db.HostInventories.Where(i => i.HostId == host)
                .ExecuteUpdateAsync(s => s.SetProperty(i => i.ReadUtc, now).SetProperty(i => i.Content, content), ct).ConfigureAwait(false) > 0)
                return;
            db.Add(new HostInventoryRow { HostId = host, ReadUtc = now, Content = content });
            try
            {
                await db.SaveChangesAsync(ct).ConfigureAwait(false);
            }
            catch (DbUpdateException)
            {
                // Another node has kept it at the same moment.
            }
        }
    }

    /// <summary>When a host was last seen, and how many VMs it had then; null if nobody has looked yet.</summary>
    public async Task<(DateTimeOffset SeenUtc, int Vms)?> LastContactAsync(Guid host, CancellationToken ct) =>
        await FindAsync(host, ct).ConfigureAwait(false) is { } known ? (known.ReadUtc, known.Vms.Count) : null;

    /// <summary>What was last seen on a host; null if nobody has looked yet.</summary>
    public async Task<HostInventory?> FindAsync(Guid host, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var row = await db.HostInventories.AsNoTracking().SingleOrDefaultAsync(i => i.HostId == host, ct).ConfigureAwait(false);
            return row is null ? null : JsonSerializer.Deserialize<HostInventory>(row.Content, RowJson.Options)! with { ReadUtc = row.ReadUtc };
        }
    }
}
