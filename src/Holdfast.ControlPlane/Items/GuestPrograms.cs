using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Vaults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Items;

/// <summary>Whether examinations, remedies and updates of the agent may run programs in the guest of an item's VM. Backups run the guest's own scripts all the same.</summary>
public sealed class GuestPrograms(ControlPlaneDatabase database, ItemNotes notes)
{
    /// <summary>Whether it is allowed; so it is for a VM that nothing protects.</summary>
    public async Task<bool> AreAllowedAsync(Guid vm, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            return !await db.Items.AnyAsync(i => i.SourceId == vm && i.DeletedUtc == null && i.RefusesGuestPrograms, ct).ConfigureAwait(false);
    }

    /// <summary>Allows or refuses it.</summary>
    public Task<ProtectedItemRow> AllowAsync(VaultRow vault, ProtectedItemRow item, bool isAllowed, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(item);
        return database.ExclusiveAsync(
            async db =>
            {
                var row = await db.Items.SingleAsync(i => i.ItemId == item.ItemId, ct).ConfigureAwait(false);
                (row.RefusesGuestPrograms, row.PreCheckDueUtc) = (!isAllowed, null);
                await db.SaveChangesAsync(ct).ConfigureAwait(false);
                await notes.WriteInTransactionAsync(db, vault, row, ct).ConfigureAwait(false);
                return row;
            }, ct);
    }
}
