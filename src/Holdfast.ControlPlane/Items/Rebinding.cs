using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Items;

/// <summary>
/// Items whose VM is gone while another one has its name and group: it is proposed to bind the item to that one, and done only when
/// somebody confirms, or where the item's policy says that it is done by itself. The old points stay the item's; the next backup reads everything.
/// </summary>
public sealed partial class Rebinding(
    ControlPlaneDatabase database, Inventory inventory, ItemNotes notes, AuditLog audit, ControlPlaneOptions options, ILogger<Rebinding> log)
{
    /// <summary>
    /// Looks for such items, and notes the proposal with each; takes proposals back that no longer hold, and binds items whose policy asks for it.
    /// </summary>
    /// <returns>How many proposals are left.</returns>
    public async Task<int> ProposeAsync(CancellationToken ct) =>
        await NoteProposalsAsync(ct).ConfigureAwait(false) - await BindAutomaticAsync(null, null, ct).ConfigureAwait(false);

    /// <summary>Looks afresh for one item whose VM is gone. Many may be gone at once: only VMs of its name are looked at.</summary>
    /// <param name="item">The item.</param>
    /// <param name="ownJob">The job on whose behalf it is; null where there is none.</param>
    /// <param name="ct">Cancels it.</param>
    /// <returns>The item as it is then: bound to another VM, or with one that is proposed, or as before; null if it has gone.</returns>
    internal async Task<ProtectedItemRow?> LookForAsync(ProtectedItemRow item, Guid? ownJob, CancellationToken ct)
    {
        await NoteProposalAsync(item, ct).ConfigureAwait(false);
        await BindAutomaticAsync(item.ItemId, ownJob, ct).ConfigureAwait(false);
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            return await db.Items.AsNoTracking().SingleOrDefaultAsync(i => i.ItemId == item.ItemId, ct).ConfigureAwait(false);
    }

    /// <returns>How many were bound.</returns>
    private async Task<int> BindAutomaticAsync(Guid? onlyItem, Guid? ownJob, CancellationToken ct)
    {
        var bound = 0;
        foreach (var (vault, item) in await ListAutomaticAsync(onlyItem, ct).ConfigureAwait(false))
        {
            try
            {
                var other = item.ProposedSourceId!.Value;
                await BindAsync(vault, item, other, ownJob, ct).ConfigureAwait(false);
                bound++;
                LogBound(log, item.VmName, other);
                await audit.RecordAsync(
                    "policy", "rebind: automatic", options.NodeName, "rebind", $"{vault.Ref.Id} {item.ItemName} {other:D}", AuditOutcome.Succeeded, "", ct)
                    .ConfigureAwait(false);
            }
            catch (FaultException e)
            {
                // The proposal stays with the item until the next look.
                LogNotBound(log, item.VmName, e.Message);
            }
        }

        return bound;
    }

    private async Task<int> NoteProposalsAsync(CancellationToken ct)
    {
        var vms = await ListVmsAsync(ct).ConfigureAwait(false);
        List<ProtectedItemRow> items;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            items = await db.Items.AsNoTracking().ToListAsync(ct).ConfigureAwait(false);
        var taken = items.Select(i => i.SourceId).ToHashSet();
        var former = items.SelectMany(i => i.FormerSourceIds.Select(f => (i.VaultId, f))).ToHashSet();
        var left = 0;
        foreach (var item in items)
        {
            bool IsTaken(Guid uuid) => taken.Contains(uuid) || (former.Contains((item.VaultId, uuid)) && !item.FormerSourceIds.Contains(uuid));
            if (item.IsSoftDeleted || !vms.TryGetValue(item.VmSubscriptionId, out var all))
                left += item.ProposedSourceId is null ? 0 : 1;
            else if (await NoteAsync(item, ProposalFor(item, all.Present, all.ByName[item.VmName], IsTaken), ct).ConfigureAwait(false))
                left++;
        }

        return left;
    }

    private async Task NoteProposalAsync(ProtectedItemRow item, CancellationToken ct)
    {
        if (item.IsSoftDeleted || await inventory.TryListVmsAsync(item.VmSubscriptionId, item.VmName, item.SourceId, ct).ConfigureAwait(false) is not { } vms)
            return;
        var uuids = vms.Select(v => v.Uuid).ToHashSet();
        HashSet<Guid> taken;
        ItemSources others;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            taken = [.. await db.Items.Where(i => uuids.Contains(i.SourceId)).Select(i => i.SourceId).ToListAsync(ct).ConfigureAwait(false)];
            others = await ItemSources.OfOthersAsync(db, item.VaultId, item.ItemId, ct).ConfigureAwait(false);
        }

        await NoteAsync(item, ProposalFor(item, uuids, vms, u => taken.Contains(u) || others.Former.Contains(u)), ct).ConfigureAwait(false);
    }

    /// <returns>Whether there is one.</returns>
    private async Task<bool> NoteAsync(ProtectedItemRow item, VirtualMachine? vm, CancellationToken ct)
    {
        var proposal = vm?.Uuid;
        if (item.ProposedSourceId == proposal)
            return proposal is not null;
        IReadOnlyList<Fault> health = proposal is { } uuid ? [ServiceFaults.RebindProposed(item.VmName, uuid.ToString("D"))] : [];
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            // Unless it has been bound meanwhile. The version isn't raised: nobody's change is overtaken by what is only noticed.
            await db.Items.Where(i => i.ItemId == item.ItemId && i.SourceId == item.SourceId).ExecuteUpdateAsync(
                s => s.SetProperty(i => i.ProposedSourceId, proposal).SetProperty(i => i.Health, health), ct).ConfigureAwait(false);
        }

        return proposal is not null;
    }

    /// <summary>The VMs of each subscription whose hosts are all known: where one isn't, its VMs aren't known to be gone.</summary>
    private async Task<IReadOnlyDictionary<string, (IReadOnlySet<Guid> Present, ILookup<string, VirtualMachine> ByName)>> ListVmsAsync(CancellationToken ct)
    {
        List<string> subscriptions;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            subscriptions = await db.Items.Select(i => i.VmSubscriptionId).Distinct().ToListAsync(ct).ConfigureAwait(false);
        var vms = new Dictionary<string, (IReadOnlySet<Guid>, ILookup<string, VirtualMachine>)>();
        foreach (var subscription in subscriptions)
        {
            if (await inventory.TryListAllVmsAsync(subscription, ct).ConfigureAwait(false) is { } all)
                vms[subscription] = (all.Select(v => v.Uuid).ToHashSet(), all.ToLookup(v => v.Name, StringComparer.OrdinalIgnoreCase));
        }

        return vms;
    }

    /// <summary>Binds an item to the VM that was proposed. If none was yet, it is looked for now.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="item">The item.</param>
    /// <param name="confirmed">The VM's UUID as the user saw it: another proposal that came meanwhile isn't taken.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="FaultException">That VM isn't proposed, or a job works on the item.</exception>
    public async Task<ProtectedItemRow> ConfirmAsync(VaultRow vault, ProtectedItemRow item, Guid confirmed, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (item.ProposedSourceId != confirmed)
            await NoteProposalAsync(item, ct).ConfigureAwait(false);
        return await BindAsync(vault, item, confirmed, null, ct).ConfigureAwait(false);
    }

    private Task<ProtectedItemRow> BindAsync(VaultRow vault, ProtectedItemRow item, Guid confirmed, Guid? ownJob, CancellationToken ct) =>
        database.ExclusiveAsync(
            async db =>
            {
                var row = await db.Items.SingleAsync(i => i.ItemId == item.ItemId, ct).ConfigureAwait(false);
                if (row.ProposedSourceId != confirmed)
                    throw new FaultException(InputFaults.InvalidArgument("uuid", "no VM with this UUID is proposed for the item"));
                if (await ItemSources.FindHolderAsync(db, row.VaultId, confirmed, row.ItemId, ct).ConfigureAwait(false) is { } holder)
                    throw new FaultException(ServiceFaults.VirtualMachineAlreadyProtected(row.VmName, holder));
                var busy = await db.Jobs.FirstOrDefaultAsync(j => j.ItemId == row.ItemId && j.Phase != JobPhase.Ended && j.JobId != ownJob, ct)
                    .ConfigureAwait(false);
                if (busy is not null)
                    throw new FaultException(BackupFaults.OperationInProgress(row.VmName, $"{busy.Operation} {busy.JobId:D}"));
                row.FormerSourceIds = [.. row.FormerSourceIds.Where(f => f != confirmed), row.SourceId];
                (row.SourceId, row.ProposedSourceId, row.Health) = (confirmed, null, []);
                await db.SaveChangesAsync(ct).ConfigureAwait(false);
                await notes.WriteInTransactionAsync(db, vault, row, ct).ConfigureAwait(false);
                return row;
            }, ct);

    private async Task<IReadOnlyList<(VaultRow Vault, ProtectedItemRow Item)>> ListAutomaticAsync(Guid? onlyItem, CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var proposed = await (
                from item in db.Items.AsNoTracking()
                join policy in db.Policies.AsNoTracking() on item.PolicyId equals policy.PolicyId
                join vault in db.Vaults.AsNoTracking() on item.VaultId equals vault.VaultId
                where item.ProposedSourceId != null && item.DeletedUtc == null && (onlyItem == null || item.ItemId == onlyItem)
                select new { Vault = vault, Item = item, policy.Properties }).ToListAsync(ct).ConfigureAwait(false);
            return [.. proposed.Where(p => PolicyDocument.FromStored(p.Properties).Policy.RebindAutomatically).Select(p => (p.Vault, p.Item))];
        }
    }

    /// <summary>The VM that could take an item over: the item's own is gone, and this one has its name and group and is nobody's.</summary>
    /// <param name="item">The item.</param>
    /// <param name="present">The UUIDs of VMs that there are, the item's own among them if there is it.</param>
    /// <param name="named">All VMs of the item's name.</param>
    /// <param name="isTaken">Whether an item has a UUID, or another one of the vault had it.</param>
    private static VirtualMachine? ProposalFor(ProtectedItemRow item, IReadOnlySet<Guid> present, IEnumerable<VirtualMachine> named, Func<Guid, bool> isTaken)
    {
        if (present.Contains(item.SourceId))
            return null;
        var same = named.Where(v => v.Id.Equals(item.SourceResourceId) && v.Fault is null && !isTaken(v.Uuid)).ToList();
        return same.Count == 1 ? same[0] : null;
    }

    [LoggerMessage(7111, LogLevel.Warning, "The item {Item} is bound to the VM {Uuid}, which has taken its VM's name: its policy says so. The next backup reads everything")]
    private static partial void LogBound(ILogger log, string item, Guid uuid);

    [LoggerMessage(7112, LogLevel.Warning, "The item {Item} isn't bound to the VM that has taken its VM's name; it is tried again: {Reason}")]
    private static partial void LogNotBound(ILogger log, string item, string reason);
}
