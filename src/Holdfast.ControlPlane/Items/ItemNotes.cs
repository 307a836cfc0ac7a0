using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Protection;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Items;

/// <summary>Keeps what protects an item's data in the store of its vault, beside the data (INV-1).</summary>
public sealed class ItemNotes(ControlPlaneDatabase database, OpenVaults open)
{
    /// <summary>Writes an item's note from what the database says now.</summary>
    public async Task WriteAsync(VaultRow vault, ProtectedItemRow item, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(item);
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            if (await db.Items.AsNoTracking().SingleOrDefaultAsync(i => i.ItemId == item.ItemId, ct).ConfigureAwait(false) is { } current)
                await WriteAsync(db, vault, current, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes the note of an item whose data is gone.</summary>
    public async Task DeleteAsync(VaultRow vault, ProtectedItemRow item, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(item);
        var store = await open.OpenAsync(vault, ct).ConfigureAwait(false);
        await FaultMapping.GuardAsync(() => store.DeleteNoteAsync(ItemNote.NameOf(item.ItemId), ct), FaultSubject.Vault).ConfigureAwait(false);
    }

    /// <summary>Writes an item's note inside a transaction that changes it: if the store can't be written, nothing is changed.</summary>
    internal async Task WriteAsync(ControlPlaneContext db, VaultRow vault, ProtectedItemRow item, CancellationToken ct)
    {
        var policy = await db.Policies.Where(p => p.PolicyId == item.PolicyId).Select(p => p.Name).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        var points = await db.Points.AsNoTracking().Where(p => p.ItemId == item.ItemId).OrderBy(p => p.CreatedUtc).ToListAsync(ct).ConfigureAwait(false);
        var note = new ItemNote(ItemNote.FormatNow, item, policy, points).ToBytes();
        var store = await open.OpenAsync(vault, ct).ConfigureAwait(false);
        await FaultMapping.GuardAsync(() => store.WriteNoteAsync(ItemNote.NameOf(item.ItemId), note, ct), FaultSubject.Vault).ConfigureAwait(false);
    }
}
