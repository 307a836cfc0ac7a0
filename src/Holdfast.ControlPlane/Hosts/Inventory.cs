using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection;
using Holdfast.Protection.Inventory;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>
/// What is on the registered hosts, as resources. Of hosts that this node doesn't reach, what was last known of them is told; what nobody has
/// looked at yet is missing from lists, and logged.
/// </summary>
public sealed partial class Inventory(
    ControlPlaneDatabase database, HostConnections connections, EngineContexts engines, LastInventories last, ControlPlaneOptions options, ILogger<Inventory> log)
{
    /// <summary>The subscriptions.</summary>
    public async Task<IReadOnlyList<SubscriptionRow>> ListSubscriptionsAsync(CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            return await db.Subscriptions.AsNoTracking().OrderBy(s => s.SubscriptionId).ToListAsync(ct).ConfigureAwait(false);
    }

    /// <summary>A subscription's resource groups.</summary>
    public async Task<IReadOnlyList<ResourceGroupRow>> ListResourceGroupsAsync(string subscription, CancellationToken ct)
    {
        var key = subscription.ToLowerInvariant();
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            return await db.ResourceGroups.AsNoTracking().Where(g => g.SubscriptionId == key).OrderBy(g => g.NameKey)
                .ToListAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>The registered hosts by name.</summary>
    public async Task<IReadOnlyList<HostRow>> ListHostsAsync(CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
            return await db.Hosts.AsNoTracking().OrderBy(h => h.NameKey).ToListAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The VMs of a subscription, or of one of its groups, by name. The guests aren't asked.</summary>
    public async Task<IReadOnlyList<VirtualMachine>> ListVmsAsync(string subscription, string? resourceGroup, CancellationToken ct)
    {
        var all = VirtualMachineRules.Merge((await ReadAsync(subscription, HostReader.ReadVms, HostInventory.VmsOf, ct).ConfigureAwait(false)).Found);
        return [.. all.Where(v => resourceGroup is null || v.ResourceGroup.Equals(resourceGroup, StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>The VMs of a subscription; null if there is a host of which nothing is known.</summary>
    internal async Task<IReadOnlyList<VirtualMachine>?> TryListAllVmsAsync(string subscription, CancellationToken ct)
    {
        var (found, unread) = await ReadAsync(subscription, HostReader.ReadVms, HostInventory.VmsOf, ct).ConfigureAwait(false);
        return unread.Count == 0 ? VirtualMachineRules.Merge(found) : null;
    }

    /// <summary>The VMs of a subscription with a name or a UUID; null if there is a host of which nothing is known.</summary>
    internal async Task<IReadOnlyList<VirtualMachine>?> TryListVmsAsync(string subscription, string name, Guid uuid, CancellationToken ct)
    {
        var (found, unread) = await ReadAsync(
            subscription, (host, connection) => HostReader.ReadVms(host, connection, name, uuid),
            (host, known) => HostInventory.VmsOf(host, known).Where(v => v.Uuid == uuid || v.Name.Equals(name, StringComparison.OrdinalIgnoreCase)), ct).ConfigureAwait(false);
        return unread.Count == 0 ? VirtualMachineRules.Merge(found) : null;
    }

    /// <summary>A host of a subscription that this node doesn't reach and that nobody has looked at yet, or null: whether a VM is on it can't be told.</summary>
    internal async Task<HostRow?> FindUnseenHostAsync(string subscription, CancellationToken ct)
    {
        foreach (var host in (await ListHostsAsync(ct).ConfigureAwait(false)).Where(h => h.SubscriptionId.Equals(subscription, StringComparison.OrdinalIgnoreCase)))
        {
            try
            {
                if (host.IsReachedBy(options.NodeName) && await connections.GetAsync(host, ct).ConfigureAwait(false) is not null)
                    continue;
            }
            catch (FaultException)
            {
                // Then only what was seen before tells of it.
            }

            if (await last.FindAsync(host.HostId, ct).ConfigureAwait(false) is null)
                return host;
        }

        return null;
    }

    /// <summary>A VM by its resource id with its agent's state, or null.</summary>
    public async Task<VirtualMachine?> FindVmAsync(ArmId id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.SubscriptionId is null || id.ResourceGroup is null || id["virtualMachines"] is null)
            return null;
        var vm = (await ListVmsAsync(id.SubscriptionId, id.ResourceGroup, ct).ConfigureAwait(false)).FirstOrDefault(v => v.Id.Equals(id));
        return vm is null or { LastSeenUtc: not null } ? vm : vm with { Agent = await FindAgentAsync(vm, ct).ConfigureAwait(false) };
    }

    /// <summary>A VM by its UUID, as it is now; null where no host that this node reaches has it.</summary>
    public async Task<VirtualMachine?> FindVmAsync(Guid uuid, CancellationToken ct)
    {
        var (found, _) = await ReadAsync(null, (host, connection) => HostReader.ReadVm(host, connection, uuid), null, ct).ConfigureAwait(false);
        return VirtualMachineRules.Merge(found) is [var vm, ..] ? vm : null;
    }

    /// <summary>A VM by its UUID, as it is now, and the hosts that couldn't be asked: a VM that none has may be on one of those.</summary>
    internal async Task<(VirtualMachine? Vm, IReadOnlyList<HostRow> Unread)> LookForVmAsync(Guid uuid, CancellationToken ct)
    {
        var (found, unread) = await ReadAsync(null, (host, connection) => HostReader.ReadVm(host, connection, uuid), null, ct).ConfigureAwait(false);
        return (VirtualMachineRules.Merge(found) is [var vm, ..] ? vm : null, unread);
    }

    /// <summary>A VM by its UUID, as it is now or was last seen; null where no host is known to have it.</summary>
    public async Task<VirtualMachine?> FindKnownVmAsync(Guid uuid, CancellationToken ct)
    {
        var (found, _) = await ReadAsync(
            null, (host, connection) => HostReader.ReadVm(host, connection, uuid), (host, known) => HostInventory.VmsOf(host, known).Where(v => v.Uuid == uuid), ct)
            .ConfigureAwait(false);
        return VirtualMachineRules.Merge(found) is [var vm, ..] ? vm : null;
    }

    /// <summary>The networks of a subscription, or of one of its groups.</summary>
    public async Task<IReadOnlyList<VirtualNetworkResource>> ListNetworksAsync(string subscription, string? resourceGroup, CancellationToken ct) =>
        [.. (await ReadAsync(subscription, HostReader.ReadNetworks, HostInventory.NetworksOf, ct).ConfigureAwait(false)).Found
            .Where(n => resourceGroup is null || n.Host.ResourceGroup.Equals(resourceGroup, StringComparison.OrdinalIgnoreCase))];

    /// <summary>A network by its resource id (or its subnet's), or null.</summary>
    public async Task<VirtualNetworkResource?> FindNetworkAsync(ArmId id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.SubscriptionId is null || id["virtualNetworks"] is null ? null
            : (await ListNetworksAsync(id.SubscriptionId, id.ResourceGroup, ct).ConfigureAwait(false)).FirstOrDefault(n => id.IsWithin(n.Id));
    }

    /// <summary>The storage pools of a subscription, or of one of its groups.</summary>
    public async Task<IReadOnlyList<StoragePoolResource>> ListStoragePoolsAsync(string subscription, string? resourceGroup, CancellationToken ct) =>
        [.. (await ReadAsync(subscription, HostReader.ReadPools, HostInventory.PoolsOf, ct).ConfigureAwait(false)).Found
            .Where(p => resourceGroup is null || p.Host.ResourceGroup.Equals(resourceGroup, StringComparison.OrdinalIgnoreCase))];

    /// <summary>A storage pool by its resource id, or null.</summary>
    public async Task<StoragePoolResource?> FindStoragePoolAsync(ArmId id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.SubscriptionId is null || id["storageAccounts"] is null ? null
            : (await ListStoragePoolsAsync(id.SubscriptionId, id.ResourceGroup, ct).ConfigureAwait(false)).FirstOrDefault(p => p.Id.Equals(id));
    }

    /// <summary>The VMs in the vault's location that no vault protects, and whose UUIDs no item of this one had earlier.</summary>
    public async Task<IReadOnlyList<VirtualMachine>> ListProtectableAsync(VaultRow vault, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        HashSet<Guid> taken;
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            taken = [.. await db.Items.Select(i => i.SourceId).ToListAsync(ct).ConfigureAwait(false)];
            taken.UnionWith((await ItemSources.OfOthersAsync(db, vault.VaultId, null, ct).ConfigureAwait(false)).Former);
        }

        return [.. (await ListVmsAsync(vault.SubscriptionId, null, ct).ConfigureAwait(false))
            .Where(v => !taken.Contains(v.Uuid) && v.Location.Equals(vault.Location, StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>What the engine says of VMs: whether changes of their disks can be tracked, how their agents are. Those that have gone meanwhile are missing.</summary>
    public async Task<IReadOnlyDictionary<Guid, VmSummary>> SummarizeAsync(IReadOnlyList<VirtualMachine> vms, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vms);
        var result = new Dictionary<Guid, VmSummary>();
        foreach (var host in vms.GroupBy(v => v.Host.HostId))
        {
            try
            {
                var inventory = new VmInventory(await engines.MakeAsync(null, host.First().Host, ct).ConfigureAwait(false));
                IReadOnlyList<VmSummary> found = vms.Count == 1
                    ? [await inventory.FindExistingAsync(vms[0].Uuid.ToString(), ct).ConfigureAwait(false)] : await inventory.ListAsync(ct).ConfigureAwait(false);
                foreach (var vm in found)
                    result[vm.Uuid] = vm;
            }
            catch (FaultException e)
            {
                LogHostNotRead(log, host.First().Host.Name, e.Message);
            }
        }

        return result;
    }

    private async Task<VmAgent?> FindAgentAsync(VirtualMachine vm, CancellationToken ct)
    {
        try
        {
            var engine = await engines.MakeAsync(null, vm.Host, ct).ConfigureAwait(false);
            return (await new VmInventory(engine).FindExistingAsync(vm.Uuid.ToString(), ct).ConfigureAwait(false)).Agent;
        }
        catch (FaultException)
        {
            // Gone since it was listed.
            return null;
        }
    }

    /// <summary>Looks at hosts, or at what is known of them.</summary>
    /// <returns>What was found, and the hosts of which nothing is known.</returns>
    private async Task<(IReadOnlyList<T> Found, IReadOnlyList<HostRow> Unread)> ReadAsync<T>(
        string? subscription, Func<HostRow, LibvirtConnection, IEnumerable<T>> read, Func<HostRow, HostInventory, IEnumerable<T>>? known, CancellationToken ct)
    {
        var result = new List<T>();
        var unread = new List<HostRow>();
        foreach (var host in (await ListHostsAsync(ct).ConfigureAwait(false))
            .Where(h => subscription is null || h.SubscriptionId.Equals(subscription, StringComparison.OrdinalIgnoreCase)))
        {
            var reason = "it is left to other nodes";
            if (host.IsReachedBy(options.NodeName))
            {
                try
                {
                    var connection = await connections.GetAsync(host, ct).ConfigureAwait(false);
                    result.AddRange(FaultMapping.Guard(() => read(host, connection), new FaultSubject { Operation = "look at the host" }));
                    continue;
                }
                catch (FaultException e)
                {
                    reason = e.Message;
                }
            }

            if (known is null)
            {
                unread.Add(host);
                continue;
            }

            if (await last.FindAsync(host.HostId, ct).ConfigureAwait(false) is { } inventory)
            {
                result.AddRange(known(host, inventory));
                continue;
            }

            unread.Add(host);
            LogHostNotRead(log, host.Name, reason);
        }

        return (result, unread);
    }

    [LoggerMessage(7101, LogLevel.Warning, "Host {Host} can't be looked at, no node has yet, and its resources are missing from lists: {Reason}")]
    private static partial void LogHostNotRead(ILogger log, string host, string reason);
}
