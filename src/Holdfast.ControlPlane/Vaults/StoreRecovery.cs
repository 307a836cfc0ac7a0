using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;
using Holdfast.Protection.Points;
using Holdfast.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Vaults;

/// <summary>
/// Brings vaults back that the database doesn't know, from their stores and keys: after the loss of the database every item is there again
/// with its data, as ProtectionStopped; soft-deleted ones with their dates. Nothing expires until a policy is attached.
/// </summary>
public sealed partial class StoreRecovery(
    ControlPlaneDatabase database, OpenVaults open, EngineContexts engines, TimeProvider time, ILogger<StoreRecovery> log)
{
    /// <summary>Looks at every store, and brings back what the database lacks.</summary>
    /// <returns>The vaults brought back.</returns>
    public async Task<IReadOnlyList<VaultRow>> RecoverAsync(CancellationToken ct)
    {
        var found = new List<VaultRow>();
        foreach (var (id, path) in await FindAsync(ct).ConfigureAwait(false))
        {
            if (await IsKnownAsync(id, ct).ConfigureAwait(false))
                continue;
            try
            {
                if (await RecoverAsync(id, path, ct).ConfigureAwait(false) is { } vault)
                    found.Add(vault);
            }
            catch (Exception e) when (e is FaultException or VaultException or DbUpdateException)
            {
                LogNotRecovered(log, e, path);
            }
        }

        return found;
    }

    private async Task<IReadOnlyList<(Guid Vault, string Place)>> FindAsync(CancellationToken ct)
    {
        try
        {
            return await open.FindStoresAsync(ct).ConfigureAwait(false);
        }
        catch (FaultException e)
        {
            // A remote place that can't be reached now: the node serves what its database knows.
            LogNotRecovered(log, e, open.StoresFolder);
            return [];
        }
    }

    private async Task<bool> IsKnownAsync(Guid vault, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            return await db.Vaults.AnyAsync(v => v.VaultId == vault, ct).ConfigureAwait(false);
    }

    private async Task<VaultRow?> RecoverAsync(Guid id, string path, CancellationToken ct)
    {
        var store = await open.OpenAsync(id, path, path, ct).ConfigureAwait(false);
        if (NoteJson.TryRead<VaultNote>(await store.ReadNoteAsync(VaultNote.Name, ct).ConfigureAwait(false)) is not { Format: VaultNote.FormatNow, Vault: { } vault }
            || vault.VaultId != id)
        {
            // A store that was begun and never became a vault has no note, and no points either.
            return null;
        }

        vault.StorePath = path;
        var items = new List<ItemNote>();
        foreach (var name in (await store.ListNotesAsync(ct).ConfigureAwait(false)).Where(n => n.StartsWith(ItemNote.Prefix, StringComparison.Ordinal)))
        {
            if (NoteJson.TryRead<ItemNote>(await TryReadAsync(store, name, ct).ConfigureAwait(false)) is { Format: ItemNote.FormatNow, Item: not null } note)
                items.Add(note);
        }

        var engine = await engines.MakeAsync(vault, null, ct).ConfigureAwait(false);
        var points = await new PointService(engine).ListAllAsync(ct).ConfigureAwait(false);
        await StoreAsync(vault, items, points, ct).ConfigureAwait(false);
        LogRecovered(log, vault.Name, path, items.Count, points.Count);
        return vault;
    }

    private async Task<byte[]?> TryReadAsync(BackupVault store, string name, CancellationToken ct)
    {
        try
        {
            return await store.ReadNoteAsync(name, ct).ConfigureAwait(false);
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
        {
            // The points tell which VM they are of: the item comes back from these.
            LogNoteDamaged(log, name);
            return null;
        }
    }

    private async Task StoreAsync(VaultRow vault, List<ItemNote> notes, IReadOnlyList<RecoveryPoint> points, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            // The old subscription is gone with the old database; its vaults belong to the present one.
            var subscription = await db.Subscriptions.Select(s => s.SubscriptionId).FirstAsync(ct).ConfigureAwait(false);
            vault.SubscriptionId = subscription;
            if (!await db.ResourceGroups.AnyAsync(g => g.SubscriptionId == subscription && g.NameKey == vault.ResourceGroupKey, ct).ConfigureAwait(false))
            {
                db.Add(new Hosts.ResourceGroupRow
                {
                    SubscriptionId = subscription,
                    NameKey = vault.ResourceGroupKey,
                    Name = vault.ResourceGroup,
                    Location = vault.Location,
                });
            }

            db.Add(vault);
            db.AddRange(BackupPolicies.Defaults(vault.VaultId, vault.CreatedUtc));
            var items = notes.Select(n => n.Item).ToList();
            var known = items.SelectMany(i => i.FormerSourceIds.Append(i.SourceId)).ToHashSet();
            items.AddRange(points.Where(p => p.Details.Kind is SourceKind.VirtualMachine).GroupBy(p => p.Stored.SourceId.Value)
                .Where(g => !known.Contains(g.Key)).Select(g => Unnoted(vault, g.MaxBy(p => p.CreatedUtc)!)));
            foreach (var same in items.GroupBy(i => i.ItemKey).Where(g => g.Count() > 1))
            {
                // VMs that had the same name one after the other: the UUID tells their items apart.
                foreach (var item in same.Skip(1))
                {
                    item.VmName += $"-{item.SourceId:N}"[..9];
                    item.ItemKey = item.ItemName.ToLowerInvariant();
                }
            }

            foreach (var item in items)
            {
                (item.VaultId, item.VmSubscriptionId, item.HostId) = (vault.VaultId, subscription, null);
                (item.PolicyId, item.State) = (null, ProtectionState.ProtectionStopped);
                // The points themselves say when the last one was made; the note may be older.
                if (points.Where(p => item.FormerSourceIds.Append(item.SourceId).Contains(p.Stored.SourceId.Value)).MaxBy(p => p.CreatedUtc) is { } newest)
                    (item.LastPointUtc, item.LastBackupUtc, item.LastBackupSucceeded) = (newest.CreatedUtc, item.LastBackupUtc ?? newest.CreatedUtc, true);
                db.Add(item);
            }

            foreach (var point in notes.SelectMany(n => n.Points ?? []))
            {
                (point.VaultId, point.ExpiresUtc) = (vault.VaultId, null);
                db.Add(point);
            }

            await db.SaveChangesAsync(ct).ConfigureAwait(false);
        }
    }

    private ProtectedItemRow Unnoted(VaultRow vault, RecoveryPoint newest) => new()
    {
        ItemId = Guid.NewGuid(),
        VaultId = vault.VaultId,
        SourceId = newest.Stored.SourceId.Value,
        VmSubscriptionId = vault.SubscriptionId,
        VmResourceGroup = vault.ResourceGroup,
        VmName = newest.Details.Name,
        ItemKey = ArmNames.Item(vault.ResourceGroup, newest.Details.Name).ToLowerInvariant(),
        State = ProtectionState.ProtectionStopped,
        DataId = ProtectedItemRow.NewDataId(),
        CreatedUtc = time.GetUtcNow(),
    };

    [LoggerMessage(7301, LogLevel.Warning, "Vault {Vault} was brought back from its store {Path}: {Items} items, {Points} points. Protection of its items is stopped until policies are attached")]
    private static partial void LogRecovered(ILogger log, string vault, string path, int items, int points);

    [LoggerMessage(7302, LogLevel.Error, "The store {Path} couldn't be brought back; its vault is missing")]
    private static partial void LogNotRecovered(ILogger log, Exception e, string path);

    [LoggerMessage(7303, LogLevel.Warning, "The note {Name} is damaged; its item is brought back from its points")]
    private static partial void LogNoteDamaged(ILogger log, string name);
}
