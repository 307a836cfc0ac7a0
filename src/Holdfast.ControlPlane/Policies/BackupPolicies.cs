using System.Text.Json;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Policies;

/// <summary>The backup policies of vaults. A change takes effect on schedules within seconds, and on retention at its next round.</summary>
public sealed class BackupPolicies(ControlPlaneDatabase database, TimeProvider time)
{
    /// <summary>A vault's policies, by name.</summary>
    public async Task<IReadOnlyList<BackupPolicyResource>> ListAsync(VaultRow vault, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.Policies.AsNoTracking().Where(p => p.VaultId == vault.VaultId).OrderBy(p => p.NameKey)
                .Select(p => new { Row = p, Items = db.Items.Count(i => i.PolicyId == p.PolicyId) }).ToListAsync(ct).ConfigureAwait(false);
            return [.. rows.Select(r => Resource(r.Row, r.Items))];
        }
    }

    /// <summary>A policy by its name, or null.</summary>
    public async Task<BackupPolicyResource?> FindAsync(VaultRow vault, string name, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            return await FindRowAsync(db, vault, name, ct).ConfigureAwait(false) is { } row
                ? Resource(row, await CountItemsAsync(db, row, ct).ConfigureAwait(false)) : null;
        }
    }

    /// <summary>Makes a policy, or replaces what it says.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="name">Its name.</param>
    /// <param name="properties">Its <c>properties</c> as a client sent them.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="FaultException">It can't be carried out, or somebody else changed it at the same time; nothing was changed.</exception>
    public async Task<BackupPolicyResource> PutAsync(VaultRow vault, string name, JsonElement properties, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        PolicyName.Check(name);
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var row = await FindRowAsync(db, vault, name, ct).ConfigureAwait(false);
            var document = PolicyDocument.Parse(properties, row is null ? null : PolicyDocument.FromStored(row.Properties));
            if (row is null)
                db.Add(row = Make(vault.VaultId, name, document, time.GetUtcNow()));
            else
                (row.Properties, row.ModifiedUtc) = (document.ToStoredJson(), time.GetUtcNow());
            try
            {
                await db.SaveChangesAsync(ct).ConfigureAwait(false);
            }
            catch (DbUpdateException e)
            {
                throw new FaultException(ServiceFaults.ChangedMeanwhile(name), e);
            }

            return new(row.PolicyId, row.Name, document, await CountItemsAsync(db, row, ct).ConfigureAwait(false));
        }
    }

    /// <summary>Deletes a policy.</summary>
    /// <returns>False if there was none.</returns>
    /// <exception cref="FaultException">Items use it.</exception>
    public Task<bool> DeleteAsync(VaultRow vault, string name, CancellationToken ct) => database.ExclusiveAsync(
        async db =>
        {
            if (await FindRowAsync(db, vault, name, ct).ConfigureAwait(false) is not { } row)
                return false;
            if (await CountItemsAsync(db, row, ct).ConfigureAwait(false) is > 0 and var count)
                throw new FaultException(ServiceFaults.PolicyInUse(row.Name, count));
            db.Remove(row);
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            return true;
        }, ct);

    /// <summary>The policies that a new vault has.</summary>
    internal static IEnumerable<PolicyRow> Defaults(Guid vault, DateTimeOffset now) =>
        DefaultPolicies.All.Select(p => Make(vault, p.Key, p.Value, now));

    private static PolicyRow Make(Guid vault, string name, PolicyDocument document, DateTimeOffset now) => new()
    {
        PolicyId = Guid.NewGuid(),
        VaultId = vault,
        Name = name,
        NameKey = name.ToLowerInvariant(),
        Properties = document.ToStoredJson(),
        ModifiedUtc = now,
    };

    private static BackupPolicyResource Resource(PolicyRow row, int items) =>
        new(row.PolicyId, row.Name, PolicyDocument.FromStored(row.Properties), items);

    private static Task<PolicyRow?> FindRowAsync(ControlPlaneContext db, VaultRow vault, string name, CancellationToken ct)
    {
        var key = name.ToLowerInvariant();
        return db.Policies.SingleOrDefaultAsync(p => p.VaultId == vault.VaultId && p.NameKey == key, ct);
    }

    private static Task<int> CountItemsAsync(ControlPlaneContext db, PolicyRow row, CancellationToken ct) =>
        db.Items.CountAsync(i => i.PolicyId == row.PolicyId, ct);
}
