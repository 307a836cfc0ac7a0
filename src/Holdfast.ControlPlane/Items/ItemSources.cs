using Holdfast.ControlPlane.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Items;

/// <summary>
/// Whose the points of a UUID are. INV-8: within a vault a UUID belongs to one item, which has it or had it; points are kept by it, and what goes with one item must not
/// be another's. Databases from before that was seen to may have two items of one UUID: it is then listed for the one that has it now, and deleted for neither.
/// </summary>
/// <param name="Now">UUIDs that other items of the vault have.</param>
/// <param name="Former">UUIDs that other items of the vault had.</param>
internal sealed record ItemSources(IReadOnlySet<Guid> Now, IReadOnlySet<Guid> Former)
{
    /// <summary>Reads the UUIDs of a vault's items.</summary>
    /// <param name="db">The database.</param>
    /// <param name="vault">The vault.</param>
    /// <param name="item">The item that the others are other than; null for all.</param>
    /// <param name="ct">Cancels it.</param>
    public static async Task<ItemSources> OfOthersAsync(ControlPlaneContext db, Guid vault, Guid? item, CancellationToken ct)
    {
        var others = await db.Items.AsNoTracking().Where(i => i.VaultId == vault && i.ItemId != item).Select(i => new { i.SourceId, i.FormerSourceIds })
            .ToListAsync(ct).ConfigureAwait(false);
        return new ItemSources(others.Select(o => o.SourceId).ToHashSet(), others.SelectMany(o => o.FormerSourceIds).ToHashSet());
    }

    /// <summary>The name of the vault of which an item has a UUID, or had it where that is the vault asked for; null where the UUID is free.</summary>
    /// <param name="db">The database.</param>
    /// <param name="vault">The vault that the UUID is wanted for.</param>
    /// <param name="source">The UUID.</param>
    /// <param name="item">The item that it is wanted for: what that had earlier is its own again. Null for a new one.</param>
    /// <param name="ct">Cancels it.</param>
    public static async Task<string?> FindHolderAsync(ControlPlaneContext db, Guid vault, Guid source, Guid? item, CancellationToken ct)
    {
        var holder = await db.Items.Where(i => i.SourceId == source).Select(i => (Guid?)i.VaultId).FirstOrDefaultAsync(ct).ConfigureAwait(false);
        // In another vault the points of an earlier UUID are in another store.
        if (holder is null && (await OfOthersAsync(db, vault, item, ct).ConfigureAwait(false)).Former.Contains(source))
            holder = vault;
        return holder is null ? null : await db.Vaults.Where(v => v.VaultId == holder).Select(v => v.Name).SingleAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The UUIDs whose points are shown as an item's, and expire by its policy: its own, and those that it had and nobody else has or had.</summary>
    public IReadOnlyList<Guid> ListedFor(ProtectedItemRow item) => [.. item.FormerSourceIds.Where(f => !IsAnothers(f)), item.SourceId];

    /// <summary>The UUIDs whose points may go with an item.</summary>
    public IReadOnlyList<Guid> GoingWith(ProtectedItemRow item) => [.. item.FormerSourceIds.Append(item.SourceId).Where(s => !IsAnothers(s))];

    private bool IsAnothers(Guid source) => Now.Contains(source) || Former.Contains(source);
}
