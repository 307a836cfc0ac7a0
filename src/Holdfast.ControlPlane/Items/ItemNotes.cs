using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Holdfast.Protection;
using Holdfast.Vault;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Items;

/// <summary>Keeps what protects an item's data in the store of its vault, beside the data (INV-1).</summary>
public sealed class ItemNotes(ControlPlaneDatabase database, OpenVaults open, StorePatience patience)
{
    /// <summary>
    /// Writes an item's note from what the database says now. A later note stays: the database is an older copy then, and only a request, which decides anew, replaces what
    /// the store knows better.
    /// </summary>
    public async Task WriteAsync(VaultRow vault, ProtectedItemRow item, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(item);
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            if (await db.Items.AsNoTracking().SingleOrDefaultAsync(i => i.ItemId == item.ItemId, ct).ConfigureAwait(false) is { } current
                && !await IsReadablyNewerAsync(vault, current, ct).ConfigureAwait(false))
                await StoreAsync(vault, current, await MakeAsync(db, current, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Whether the store's note of an item is of a later change than the row is: the database is an older copy, put back since (INV-1). Nothing that it says then may
    /// make data go. Of a store that was just seen to be there.
    /// </summary>
    /// <exception cref="FaultException">The store can't be read, or nothing of the note.</exception>
    internal async Task<bool> IsNewerAsync(VaultRow vault, ProtectedItemRow item, CancellationToken ct)
    {
        var store = await open.OpenAsync(vault, ct).ConfigureAwait(false);
        var note = await FaultMapping.GuardAsync(() => store.ReadNoteAsync(ItemNote.NameOf(item.ItemId), ct), FaultSubject.Vault).ConfigureAwait(false);
        return NoteJson.TryRead<ItemNote>(note) is { Item: { } noted } && noted.Version > item.Version;
    }

    /// <summary>Deletes the note of an item whose data is gone.</summary>
    public async Task DeleteAsync(VaultRow vault, ProtectedItemRow item, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(item);
        var store = await open.OpenAsync(vault, ct).ConfigureAwait(false);
        await FaultMapping.GuardAsync(() => store.DeleteNoteAsync(ItemNote.NameOf(item.ItemId), ct), FaultSubject.Vault).ConfigureAwait(false);
    }

    /// <summary>The same inside a transaction, which others wait for.</summary>
    internal Task DeleteInTransactionAsync(VaultRow vault, ProtectedItemRow item, CancellationToken ct) =>
        patience.AskAsync(vault, limited => DeleteAsync(vault, item, limited), ct);

    /// <summary>Writes an item's note inside a transaction that changes it: if the store can't be written, or doesn't answer soon, nothing is changed.</summary>
    internal async Task WriteInTransactionAsync(ControlPlaneContext db, VaultRow vault, ProtectedItemRow item, CancellationToken ct)
    {
        var note = await MakeAsync(db, item, ct).ConfigureAwait(false);
        await patience.AskAsync(vault, limited => StoreAsync(vault, item, note, limited), ct).ConfigureAwait(false);
    }

    private async Task<bool> IsReadablyNewerAsync(VaultRow vault, ProtectedItemRow item, CancellationToken ct)
    {
        try
        {
            return await IsNewerAsync(vault, item, ct).ConfigureAwait(false);
        }
        catch (FaultException e) when (e.InnerException is VaultException { Kind: VaultErrorKind.Damaged })
        {
            // A new one mends it.
            return false;
        }
    }

    private static async Task<byte[]> MakeAsync(ControlPlaneContext db, ProtectedItemRow item, CancellationToken ct)
    {
        var policy = await db.Policies.Where(p => p.PolicyId == item.PolicyId).Select(p => p.Name).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        var points = await db.Points.AsNoTracking().Where(p => p.ItemId == item.ItemId).OrderBy(p => p.CreatedUtc).ToListAsync(ct).ConfigureAwait(false);
        var note = new ItemNote(ItemNote.FormatNow, item, policy, points).ToBytes();
        // Of thousands of points the list is too long. Names are made from the points again, expiry and tags by the next round of retention.
        return note.Length <= BackupVault.NoteBytesMax ? note : new ItemNote(ItemNote.FormatNow, item, policy, []).ToBytes();
    }

    private async Task StoreAsync(VaultRow vault, ProtectedItemRow item, byte[] note, CancellationToken ct)
    {
        var store = await open.OpenAsync(vault, ct).ConfigureAwait(false);
        await FaultMapping.GuardAsync(() => store.WriteNoteAsync(ItemNote.NameOf(item.ItemId), note, ct), FaultSubject.Vault).ConfigureAwait(false);
    }
}
