using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;
using Holdfast.Protection;
using Holdfast.Protection.Points;
using Holdfast.Vault;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Vaults;

/// <summary>Recovery Services vaults.</summary>
public sealed class RecoveryServicesVaults(ControlPlaneDatabase database, OpenVaults open, StorePatience patience, TimeProvider time)
{
    /// <summary>The vaults of a subscription, or of one of its groups, by name.</summary>
    public async Task<IReadOnlyList<VaultRow>> ListAsync(string subscription, string? resourceGroup, CancellationToken ct)
    {
        var (sub, group) = (Key(subscription), resourceGroup is null ? null : Key(resourceGroup));
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            return await db.Vaults.AsNoTracking().Where(v => v.SubscriptionId == sub && (group == null || v.ResourceGroupKey == group))
                .OrderBy(v => v.NameKey).ToListAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>A vault, or null.</summary>
    public async Task<VaultRow?> FindAsync(VaultRef vault, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            return await FindAsync(db.Vaults.AsNoTracking(), vault, ct).ConfigureAwait(false);
    }

    /// <summary>A vault.</summary>
    /// <exception cref="FaultException">There is none.</exception>
    public async Task<VaultRow> GetAsync(VaultRef vault, CancellationToken ct) =>
        await FindAsync(vault, ct).ConfigureAwait(false) ?? throw NotFound(vault);

    /// <summary>A vault by its id.</summary>
    /// <exception cref="FaultException">There is none.</exception>
    public async Task<VaultRow> GetAsync(Guid vault, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            return await db.Vaults.AsNoTracking().SingleOrDefaultAsync(v => v.VaultId == vault, ct).ConfigureAwait(false)
                ?? throw new FaultException(ServiceFaults.ResourceNotFound(vault.ToString()));
        }
    }

    /// <summary>Makes a vault with its store and key, or changes the settings of the one that is there.</summary>
    /// <returns>The vault, and whether it is new.</returns>
    /// <exception cref="FaultException">Group or location don't exist, a setting isn't allowed, or the store can't be made.</exception>
    public async Task<(VaultRow Vault, bool Created)> CreateOrUpdateAsync(VaultRef vault, VaultSpec spec, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        ArgumentNullException.ThrowIfNull(spec);
        if (await FindAsync(vault, ct).ConfigureAwait(false) is not null)
            return (await UpdateAsync(vault, spec.Settings, ct).ConfigureAwait(false), false);
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var (sub, groupKey) = (Key(vault.SubscriptionId), Key(vault.ResourceGroup));
            var group = await db.ResourceGroups.AsNoTracking()
                .SingleOrDefaultAsync(g => g.SubscriptionId == sub && g.NameKey == groupKey, ct).ConfigureAwait(false)
                ?? throw new FaultException(ServiceFaults.ResourceGroupNotFound(vault.ResourceGroup));
            var locations = await db.Hosts.Select(h => h.Location).Distinct().ToListAsync(ct).ConfigureAwait(false);
            var location = locations.Find(l => l.Equals(spec.Location, StringComparison.OrdinalIgnoreCase))
                ?? throw new FaultException(ServiceFaults.LocationUnknown(spec.Location, locations));
            VaultRules.CheckName(vault.Name);
            var row = new VaultRow
            {
                VaultId = Guid.NewGuid(),
                SubscriptionId = sub,
                ResourceGroup = group.Name,
                ResourceGroupKey = group.NameKey,
                Name = vault.Name,
                NameKey = Key(vault.Name),
                Location = location,
                StorePath = "",
                CreatedUtc = time.GetUtcNow(),
            };
            VaultRules.Apply(row, spec.Settings);
            row.StorePath = await open.CreateAsync(row.VaultId, ct).ConfigureAwait(false);
            await LockAsync(row, ct).ConfigureAwait(false);
            db.Add(row);
            db.AddRange(BackupPolicies.Defaults(row.VaultId, row.CreatedUtc));
            try
            {
                await db.SaveChangesAsync(ct).ConfigureAwait(false);
                await WriteNoteAsync(row, ct).ConfigureAwait(false);
            }
            catch (DbUpdateException e)
            {
                // Somebody else made a vault of this name meanwhile: this store was never anybody's.
                await open.DeleteAsync(row).ConfigureAwait(false);
                throw new FaultException(ServiceFaults.ChangedMeanwhile(vault.Name), e);
            }

            return (row, true);
        }
    }

    /// <summary>Changes a vault's settings.</summary>
    /// <exception cref="FaultException">There is no such vault, or a setting isn't allowed; nothing was changed.</exception>
    public async Task<VaultRow> UpdateAsync(VaultRef vault, VaultSettings settings, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        ArgumentNullException.ThrowIfNull(settings);
        // What is locked for good may take long to be kept by the store itself. It is never taken back, so it needn't wait for its turn.
        var seen = await GetAsync(vault, ct).ConfigureAwait(false);
        VaultRules.Apply(seen, settings);
        if (seen.Immutability == VaultRules.ImmutabilityLocked && VaultRules.ChangesLock(seen, settings))
            await LockAsync(seen, ct).ConfigureAwait(false);
        try
        {
            return await database.ExclusiveAsync(db => UpdateAsync(db, vault, settings, ct), ct).ConfigureAwait(false);
        }
        catch (DbUpdateConcurrencyException e)
        {
            throw new FaultException(ServiceFaults.ChangedMeanwhile(vault.Name), e);
        }
    }

    // Exclusive: of two requests the later one finds what the other made of row and store, and can't take a lock off that it didn't see.
    private async Task<VaultRow> UpdateAsync(ControlPlaneContext db, VaultRef vault, VaultSettings settings, CancellationToken ct)
    {
        var row = await FindAsync(db.Vaults, vault, ct).ConfigureAwait(false) ?? throw NotFound(vault);
        VaultRules.Apply(row, settings);
        if (VaultRules.ChangesLock(row, settings))
            await patience.AskAsync(row, limited => LockAsync(row, limited), ct).ConfigureAwait(false);
        await db.SaveChangesAsync(ct).ConfigureAwait(false);
        await patience.AskAsync(row, limited => WriteNoteAsync(row, limited), ct).ConfigureAwait(false);
        return row;
    }

    /// <summary>Deletes an empty vault with its store and key.</summary>
    /// <returns>False if there is no such vault.</returns>
    /// <exception cref="FaultException">It holds items, also soft-deleted ones.</exception>
    public async Task<bool> DeleteAsync(VaultRef vault, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        // Exclusive: an item enabled at the same instant is either seen here, or doesn't find its vault any more.
        var deleted = await database.ExclusiveAsync(db => DeleteRowsAsync(db, vault, ct), ct).ConfigureAwait(false);
        if (deleted is not null)
            await open.DeleteAsync(deleted).ConfigureAwait(false);
        return deleted is not null;
    }

    private async Task<VaultRow?> DeleteRowsAsync(ControlPlaneContext db, VaultRef vault, CancellationToken ct)
    {
        if (await FindAsync(db.Vaults, vault, ct).ConfigureAwait(false) is not { } row)
            return null;
        var items = await db.Items.Where(i => i.VaultId == row.VaultId).Select(i => i.VmName).ToListAsync(ct).ConfigureAwait(false);
        if (items.Count > 0)
            throw new FaultException(ServiceFaults.VaultNotEmpty(row.Name, items));
        await patience.AskAsync(row, limited => RequireEmptyStoreAsync(row, limited), ct).ConfigureAwait(false);
        await db.Jobs.Where(j => j.VaultId == row.VaultId).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        await db.Operations.Where(o => o.VaultId == row.VaultId).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        await db.Points.Where(p => p.VaultId == row.VaultId).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        await db.Policies.Where(p => p.VaultId == row.VaultId).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        db.Remove(row);
        await db.SaveChangesAsync(ct).ConfigureAwait(false);
        // Without its note a store that is left by a crash isn't brought back.
        await patience.AskAsync(
            row, async limited =>
            {
                var store = await open.OpenAsync(row, limited).ConfigureAwait(false);
                await store.DeleteNoteAsync(VaultNote.Name, limited).ConfigureAwait(false);
            }, ct).ConfigureAwait(false);
        return row;
    }

    // What the database knows isn't all that a store holds: points of images and copies are no item's, and an item may have gone while its store was away.
    private async Task RequireEmptyStoreAsync(VaultRow row, CancellationToken ct)
    {
        if (!await open.IsUsableAsync(row, ct).ConfigureAwait(false))
            throw new FaultException(VaultFaults.VaultStoreMissing(row.Name, "what it holds can't be seen"));
        var store = await open.OpenAsync(row, ct).ConfigureAwait(false);
        var points = await FaultMapping.GuardAsync(() => store.ListPointsAsync(null, ct), new FaultSubject { VaultPlace = row.Name }).ConfigureAwait(false);
        var unreadable = await FaultMapping.GuardAsync(() => store.ListUnreadablePointsAsync(null, ct), new FaultSubject { VaultPlace = row.Name }).ConfigureAwait(false);
        if (points.Count + unreadable.Count > 0)
        {
            throw new FaultException(ServiceFaults.VaultNotEmpty(
                row.Name, [.. points.Select(NameOf).Distinct(), .. unreadable.Select(p => $"recovery point {p.PointId}")]));
        }
    }

    private static string NameOf(Point point)
    {
        try
        {
            return PointDetailsJson.Read(point.Properties).Name;
        }
        catch (FormatException)
        {
            return $"recovery point {point.PointId}";
        }
    }

    // The store goes first: what it refuses isn't promised.
    private async Task LockAsync(VaultRow row, CancellationToken ct)
    {
        var store = await open.OpenAsync(row, ct).ConfigureAwait(false);
        await FaultMapping.GuardAsync(
            async () =>
            {
                var now = await store.GetImmutabilityAsync(ct).ConfigureAwait(false);
                if (VaultRules.WantedOf(row, now) is var wanted && wanted != now)
                    await store.SetImmutabilityAsync(wanted, ct).ConfigureAwait(false);
            },
            new FaultSubject { VaultPlace = row.Name }).ConfigureAwait(false);
    }

    private async Task WriteNoteAsync(VaultRow row, CancellationToken ct)
    {
        var store = await open.OpenAsync(row, ct).ConfigureAwait(false);
        await FaultMapping.GuardAsync(
            () => store.WriteNoteAsync(VaultNote.Name, new VaultNote(VaultNote.FormatNow, row).ToBytes(), ct), FaultSubject.Vault).ConfigureAwait(false);
    }

    private static Task<VaultRow?> FindAsync(IQueryable<VaultRow> vaults, VaultRef vault, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        var (subscription, group, name) = (Key(vault.SubscriptionId), Key(vault.ResourceGroup), Key(vault.Name));
        return vaults.SingleOrDefaultAsync(v => v.SubscriptionId == subscription && v.ResourceGroupKey == group && v.NameKey == name, ct);
    }

    private static string Key(string name) => name.ToLowerInvariant();

    private static FaultException NotFound(VaultRef vault) => new(ServiceFaults.ResourceNotFound(vault.Id.ToString()));
}
