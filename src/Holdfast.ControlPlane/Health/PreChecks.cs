using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Health;

/// <summary>
/// Which items' pre-checks are due. Whoever moves an item's due time on does that pre-check: of several nodes the database lets one do it, and a node that dies in
/// the middle of one leaves it to the next time. No lease is taken: a pre-check holds no job off, and gives way to one.
/// </summary>
public sealed class PreChecks(ControlPlaneDatabase database, TimeProvider time)
{
    /// <summary>Lets items be examined soon.</summary>
    /// <param name="vault">Their vault.</param>
    /// <param name="policy">Only those of this policy; null for all.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task HurryAsync(VaultRow vault, Guid? policy, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            await db.Items.Where(i => i.VaultId == vault.VaultId && (policy == null || i.PolicyId == policy))
                .ExecuteUpdateAsync(s => s.SetProperty(i => i.PreCheckDueUtc, (DateTimeOffset?)null), ct).ConfigureAwait(false);
        }
    }

    /// <summary>Protected items whose pre-check is due, those that have waited longest first. No job works on them.</summary>
    internal async Task<IReadOnlyList<ProtectedItemRow>> ListDueAsync(int max, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            return await db.Items.AsNoTracking()
                .Where(i => i.PolicyId != null && i.DeletedUtc == null && (i.PreCheckDueUtc == null || i.PreCheckDueUtc <= now)
                    && (i.State == ProtectionState.IRPending || i.State == ProtectionState.Protected || i.State == ProtectionState.ProtectionError)
                    && !db.Jobs.Any(j => j.ItemId == i.ItemId && j.Phase == JobPhase.Running))
                .OrderBy(i => i.PreCheckDueUtc != null).ThenBy(i => i.PreCheckDueUtc).Take(max).ToListAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>Takes an item's pre-check.</summary>
    /// <returns>False where another node was faster, or a job began.</returns>
    internal async Task<bool> ClaimAsync(ProtectedItemRow item, DateTimeOffset next, CancellationToken ct)
    {
        var db = database.CreateForNotices();
        await using (db.ConfigureAwait(false))
        {
            var seen = item.PreCheckDueUtc;
            return await db.Items
                .Where(i => i.ItemId == item.ItemId && (seen == null ? i.PreCheckDueUtc == null : i.PreCheckDueUtc == seen)
                    && !db.Jobs.Any(j => j.ItemId == i.ItemId && j.Phase == JobPhase.Running))
                .ExecuteUpdateAsync(s => s.SetProperty(i => i.PreCheckDueUtc, (DateTimeOffset?)next), ct).ConfigureAwait(false) > 0;
        }
    }

    /// <summary>Gives an item's pre-check back, to be done when it isn't in the way.</summary>
    internal async Task GiveBackAsync(ProtectedItemRow item, CancellationToken ct)
    {
        var db = database.CreateForNotices();
        await using (db.ConfigureAwait(false))
        {
            await db.Items.Where(i => i.ItemId == item.ItemId)
                .ExecuteUpdateAsync(s => s.SetProperty(i => i.PreCheckDueUtc, (DateTimeOffset?)null), ct).ConfigureAwait(false);
        }
    }

    /// <summary>Stores what was found, unless the item has been bound to another VM meanwhile. The version isn't raised: nobody's change is overtaken by what is only noticed.</summary>
    internal async Task StoreAsync(ProtectedItemRow item, IReadOnlyList<Fault> found, CancellationToken ct)
    {
        DateTimeOffset? now = time.GetUtcNow();
        var db = database.CreateForNotices();
        await using (db.ConfigureAwait(false))
        {
            await db.Items.Where(i => i.ItemId == item.ItemId && i.SourceId == item.SourceId)
                .ExecuteUpdateAsync(s => s.SetProperty(i => i.PreCheck, found).SetProperty(i => i.PreCheckUtc, now), ct).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a job works on an item.</summary>
    internal async Task<bool> HasJobAsync(ProtectedItemRow item, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            return await db.Jobs.AnyAsync(j => j.ItemId == item.ItemId && j.Phase == JobPhase.Running, ct).ConfigureAwait(false);
    }
}
