using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Items;

/// <summary>Protected items: enabled, changed, stopped, deleted, undeleted. Every change is a job, and an operation that clients poll.</summary>
public sealed partial class ProtectedItems(
    ControlPlaneDatabase database, Inventory inventory, JobQueue queue, ItemNotes notes, OpenVaults open, TimeProvider time)
{
    /// <summary>A vault's items by name; soft-deleted ones are among them.</summary>
    public async Task<IReadOnlyList<ProtectedItemRow>> ListAsync(VaultRow vault, ItemFilter filter, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        ArgumentNullException.ThrowIfNull(filter);
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var items = db.Items.AsNoTracking().Where(i => i.VaultId == vault.VaultId);
            if (filter.FriendlyName is { } name)
                items = items.Where(i => i.VmName == name);
            if (filter.PolicyName?.ToLowerInvariant() is { } policy)
                items = items.Where(i => db.Policies.Any(p => p.PolicyId == i.PolicyId && p.NameKey == policy));
            return await items.OrderBy(i => i.ItemKey).Skip(filter.Skip).Take(filter.Take).ToListAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>An item by the names of its container and itself, or null.</summary>
    public async Task<ProtectedItemRow?> FindAsync(VaultRow vault, string container, string item, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            return await FindAsync(db.Items.AsNoTracking(), vault, container, item, ct).ConfigureAwait(false);
    }

    /// <summary>An item by the names of its container and itself.</summary>
    /// <exception cref="FaultException">There is none.</exception>
    public async Task<ProtectedItemRow> GetAsync(VaultRow vault, string container, string item, CancellationToken ct) =>
        await FindAsync(vault, container, item, ct).ConfigureAwait(false) ?? throw NotFound(vault, item);

    /// <summary>The item that protects a VM, in whatever vault, or null.</summary>
    public async Task<(ProtectedItemRow Item, VaultRow Vault)?> StatusOfVmAsync(ArmId vm, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vm);
        var found = await inventory.FindVmAsync(vm, ct).ConfigureAwait(false);
        var key = vm is { ResourceGroup: { } group } ? ArmNames.Item(group, vm.Name).ToLowerInvariant() : "";
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            // A VM that is gone is still known by its name.
            var item = found is null
                ? await db.Items.AsNoTracking().FirstOrDefaultAsync(i => i.ItemKey == key, ct).ConfigureAwait(false)
                : await db.Items.AsNoTracking().FirstOrDefaultAsync(i => i.SourceId == found.Uuid, ct).ConfigureAwait(false);
            return item is null ? null
                : (item, await db.Vaults.AsNoTracking().SingleAsync(v => v.VaultId == item.VaultId, ct).ConfigureAwait(false));
        }
    }

    /// <summary>What would keep a VM from being protected by a vault; empty if nothing would.</summary>
    public async Task<IReadOnlyList<Fault>> ValidateProtectionAsync(VaultRow vault, ArmId vm, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        ArgumentNullException.ThrowIfNull(vm);
        try
        {
            await FindSourceAsync(vault, vm, ct).ConfigureAwait(false);
            return [];
        }
        catch (FaultException e)
        {
            return [e.Fault];
        }
    }

    /// <summary>Enables protection, changes it, stops or suspends it, resumes it, or takes a soft delete back.</summary>
    /// <exception cref="FaultException">It isn't possible; nothing was changed.</exception>
    public async Task<OperationRow> PutAsync(VaultRow vault, string container, string item, ProtectedItemSpec spec, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        ArgumentNullException.ThrowIfNull(spec);
        if (!ArmNames.TryParseItem(item, out var group, out var name) || !ArmNames.TryParseContainer(container, out var group2, out var name2)
            || !Same(group, group2) || !Same(name, name2))
            throw new FaultException(ServiceFaults.ItemNotFound(item, vault.Name));
        if (spec.SourceResourceId is { } source && !(Same(source.ResourceGroup, group) && Same(source["virtualMachines"], name)))
            throw new FaultException(InputFaults.InvalidArgument("properties.sourceResourceId", "it names another VM than the item's name does"));
        var known = await FindAsync(vault, container, item, ct).ConfigureAwait(false);
        var vm = known is null ? await RequireSourceAsync(vault, item, spec, ct).ConfigureAwait(false) : null;
        // Where an item's VM is now is looked up when protection begins again: it may have moved, or never been seen since the database was lost.
        var host = known is not null && spec.PolicyId is not null
            ? (await inventory.FindKnownVmAsync(known.SourceId, ct).ConfigureAwait(false))?.Host.HostId : null;
        return await database.ExclusiveAsync(
            async db =>
            {
                var row = await FindAsync(db.Items, vault, container, item, ct).ConfigureAwait(false);
                if (row is not null)
                    row.HostId = host ?? row.HostId;
                return row is not null ? await ChangeAsync(db, vault, row, spec, ct).ConfigureAwait(false)
                    : vm is not null ? await EnableAsync(db, vault, vm, spec, ct).ConfigureAwait(false)
                    : throw NotFound(vault, item);
            }, ct).ConfigureAwait(false);
    }

    private async Task<VirtualMachine> RequireSourceAsync(VaultRow vault, string item, ProtectedItemSpec spec, CancellationToken ct)
    {
        if (spec.State is not null || spec.IsRehydrate)
            throw NotFound(vault, item);
        if (spec.SourceResourceId is null)
            throw new FaultException(InputFaults.InvalidArgument("properties.sourceResourceId", "the VM is needed"));
        if (spec.PolicyId is null)
            throw new FaultException(InputFaults.InvalidArgument("properties.policyId", "a policy is needed"));
        return await FindSourceAsync(vault, spec.SourceResourceId, ct).ConfigureAwait(false);
    }

    private async Task<VirtualMachine> FindSourceAsync(VaultRow vault, ArmId id, CancellationToken ct)
    {
        var vm = await inventory.FindVmAsync(id, ct).ConfigureAwait(false)
            ?? throw new FaultException(await inventory.FindUnseenHostAsync(id.SubscriptionId ?? "", ct).ConfigureAwait(false) is { } unseen
                ? ServiceFaults.HostNotReached(unseen.Name) : BackupFaults.VmNotFound(id.Name, id.ResourceGroup ?? ""));
        if (vm.Fault is { } fault)
            throw new FaultException(fault);
        if (!Same(vm.Location, vault.Location))
            throw new FaultException(ServiceFaults.VmLocationMismatch(vm.Name, vm.Location, vault.Location));
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            await RefuseTakenAsync(db, vault, vm, ct).ConfigureAwait(false);
        return vm;
    }

    private static async Task RefuseTakenAsync(ControlPlaneContext db, VaultRow vault, VirtualMachine vm, CancellationToken ct)
    {
        if (await ItemSources.FindHolderAsync(db, vault.VaultId, vm.Uuid, null, ct).ConfigureAwait(false) is { } holder)
            throw new FaultException(ServiceFaults.VirtualMachineAlreadyProtected(vm.Name, holder));
    }

    private static Task<ProtectedItemRow?> FindAsync(
        IQueryable<ProtectedItemRow> items, VaultRow vault, string container, string item, CancellationToken ct)
    {
        var key = item.ToLowerInvariant();
        return ArmNames.TryParseContainer(container, out var group, out var vm) && Same(ArmNames.Item(group, vm), item)
            ? items.SingleOrDefaultAsync(i => i.VaultId == vault.VaultId && i.ItemKey == key, ct)
            : Task.FromResult<ProtectedItemRow?>(null);
    }

    private static bool Same(string? a, string? b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static FaultException NotFound(VaultRow vault, string item) => new(ServiceFaults.ItemNotFound(item, vault.Name));
}
