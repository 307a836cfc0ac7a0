using System.Globalization;
using System.Text.Json;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Points;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Holdfast.Protection.Node;

namespace Holdfast.ControlPlane.Items;

/// <summary>Restores: checked, and put into the queue.</summary>
public sealed class RestoreRequests(Inventory inventory, RestoreOutlook outlook, JobQueue queue, TimeProvider time)
{
    /// <summary>What would keep a restore from being done, or the restored VM from its networks; empty if nothing would.</summary>
    public async Task<IReadOnlyList<Fault>> ValidateAsync(
        VaultRow vault, ProtectedItemRow item, RecoveryPointResource point, RestoreSpec spec, CancellationToken ct)
    {
        var target = await ResolveAsync(vault, item, point, spec, ct).ConfigureAwait(false);
        return target.Problems.Count > 0 ? target.Problems : await outlook.FindAsync(vault, point, spec.Kind, target, ct).ConfigureAwait(false);
    }

    /// <summary>Puts a restore into the queue.</summary>
    /// <exception cref="FaultException">It can't be done, or another operation is in progress on the item.</exception>
    public async Task<OperationRow> TriggerAsync(
        VaultRow vault, ProtectedItemRow item, RecoveryPointResource point, RestoreSpec spec, CancellationToken ct)
    {
        var target = await ResolveAsync(vault, item, point, spec, ct).ConfigureAwait(false);
        if (target.Problems.Count > 0)
            throw new FaultException(target.Problems[0]);
        var request = new RestoreJobRequest(
            spec.Kind, point.Row.SourceId, point.Row.PointId, target.Name, target.Network?.Name, target.Pool?.Name, spec.Luns, spec.Decrypt);
        var job = JobQueue.Make(item, JobOperation.Restore, JsonSerializer.Serialize(request, RowJson.Options), time.GetUtcNow());
        job.HostId = target.Host?.HostId;
        job.RequestedBy = spec.RequestedBy;
        // What is written beside the VM may be written while it is backed up; what replaces its disks may not.
        job.ActiveKey = spec.Kind is RestoreKind.OriginalLocation ? JobQueue.KeyOf(item) : null;
        job.Tasks = [new("Transfer data from vault", JobTaskStatus.NotStarted)];
        job.Properties = PropertiesOf(point, spec, target);
        return (await queue.AddAsync(job, ct).ConfigureAwait(false)).Operation;
    }

    private static Dictionary<string, string> PropertiesOf(RecoveryPointResource point, RestoreSpec spec, RestoreTarget target)
    {
        var properties = new Dictionary<string, string>
        {
            ["Job Type"] = spec.Kind switch
            {
                RestoreKind.AlternateLocation => "Recover to an alternate virtual machine",
                RestoreKind.OriginalLocation => "Replace disks of the original virtual machine",
                _ => "Recover disks",
            },
            // Azure's name of it ends with a blank.
            ["Recovery point time "] = point.Point.CreatedUtc.UtcDateTime.ToString("M/d/yyyy h:mm:ss tt", CultureInfo.InvariantCulture),
        };
        if (target.Pool is { } pool)
            properties["Target Storage Account Name"] = pool.Name;
        if (target.Host is { } host)
            properties["Target resource group"] = host.ResourceGroup;
        if (target.Name is { } name)
            properties["Target Virtual Machine Name"] = name;
        return properties;
    }

    private async Task<RestoreTarget> ResolveAsync(
        VaultRow vault, ProtectedItemRow item, RecoveryPointResource point, RestoreSpec spec, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vault);
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(point);
        ArgumentNullException.ThrowIfNull(spec);
        var problems = new List<Fault>();
        if (item.IsSoftDeleted)
            problems.Add(ServiceFaults.ItemSoftDeleted(item.VmName, item.PurgeAtUtc?.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) ?? ""));
        if (spec.SourceResourceId is { } source && !source.Equals(item.SourceResourceId))
            problems.Add(InputFaults.InvalidArgument("properties.sourceResourceId", "it isn't the item's VM"));
        return spec.Kind is RestoreKind.OriginalLocation
            ? await InPlaceAsync(item, problems, ct).ConfigureAwait(false)
            : await ElsewhereAsync(vault, spec, problems, ct).ConfigureAwait(false);
    }

    private async Task<RestoreTarget> InPlaceAsync(ProtectedItemRow item, List<Fault> problems, CancellationToken ct)
    {
        var vm = await inventory.FindKnownVmAsync(item.SourceId, ct).ConfigureAwait(false);
        if (vm is null)
            problems.Add(BackupFaults.VmNotFound(item.VmName, item.VmResourceGroup));
        else if (vm.Fault is { } fault)
            problems.Add(fault);
        return new RestoreTarget(vm?.Host, null, null, null, problems);
    }

    private async Task<RestoreTarget> ElsewhereAsync(VaultRow vault, RestoreSpec spec, List<Fault> problems, CancellationToken ct)
    {
        StoragePoolResource? pool = null;
        if (spec.StorageAccountId is null)
            problems.Add(InputFaults.InvalidArgument("properties.storageAccountId", "the storage pool that images go to is needed"));
        else if ((pool = await inventory.FindStoragePoolAsync(spec.StorageAccountId, ct).ConfigureAwait(false)) is null)
            problems.Add(RestoreFaults.PoolNotFound(spec.StorageAccountId.Name, await PoolsAsync(spec.StorageAccountId, ct).ConfigureAwait(false)));
        else if (ObstacleOf(pool, vault) is { } obstacle)
            problems.Add(obstacle);
        // Disks of any group lie on the pool's host; a VM's group is that of its host.
        if (spec.Kind is RestoreKind.RestoreDisks || pool is null)
            return new RestoreTarget(pool?.Host, pool, null, null, problems);

        var name = spec.TargetVirtualMachineId?["virtualMachines"];
        if (name is null)
            problems.Add(InputFaults.InvalidArgument("properties.targetVirtualMachineId", "the new VM's id is needed"));
        else if (!string.Equals(spec.TargetVirtualMachineId!.ResourceGroup, pool.Host.ResourceGroup, StringComparison.OrdinalIgnoreCase))
            problems.Add(InputFaults.InvalidArgument("properties.targetVirtualMachineId", $"VMs on the pool's host are in the group {pool.Host.ResourceGroup}"));
        else if (await inventory.FindVmAsync(spec.TargetVirtualMachineId, ct).ConfigureAwait(false) is not null)
            problems.Add(RestoreFaults.VmNameTaken(name));
        var network = await NetworkAsync(spec, pool, problems, ct).ConfigureAwait(false);
        return new RestoreTarget(pool.Host, pool, network, name, problems);
    }

    // What can't be changed about a pool is told before what can.
    private static Fault? ObstacleOf(StoragePoolResource pool, VaultRow vault)
    {
        if (pool.Path is not { } path || pool.Type is not ("dir" or "fs" or "netfs"))
            return RestoreFaults.PoolTypeUnsupported(pool.Name, pool.Type);
        if (!pool.Host.Location.Equals(vault.Location, StringComparison.OrdinalIgnoreCase))
            return ServiceFaults.TargetLocationMismatch(pool.Name, pool.Host.Location, vault.Location);
        if (!pool.IsActive)
            return RestoreFaults.PoolInactive(pool.Name);
        return FolderAccess.IsReadOnly(path) ? RestoreFaults.PoolReadOnly(pool.Name, path) : null;
    }

    private async Task<IReadOnlyList<string>> PoolsAsync(ArmId id, CancellationToken ct) => id.SubscriptionId is null ? []
        : [.. (await inventory.ListStoragePoolsAsync(id.SubscriptionId, id.ResourceGroup, ct).ConfigureAwait(false)).Select(p => p.Name)];

    private async Task<VirtualNetworkResource?> NetworkAsync(RestoreSpec spec, StoragePoolResource pool, List<Fault> problems, CancellationToken ct)
    {
        if (spec.VirtualNetworkId is not { } id)
            return null;
        var network = await inventory.FindNetworkAsync(id, ct).ConfigureAwait(false);
        if (network is null || network.Host.HostId != pool.Host.HostId)
            problems.Add(RestoreFaults.NetworkNotFound(id.Name, await NetworksAsync(pool, ct).ConfigureAwait(false)));
        else if (!network.IsActive)
            problems.Add(RestoreFaults.NetworkInactive(network.Name));
        else if (spec.SubnetId is { } subnet && !subnet.Equals(network.SubnetId))
            problems.Add(RestoreFaults.SubnetNotFound(subnet.Name, network.Name, [VirtualNetworkResource.SubnetName]));
        return network;
    }

    private async Task<IReadOnlyList<string>> NetworksAsync(StoragePoolResource pool, CancellationToken ct) =>
        [.. (await inventory.ListNetworksAsync(pool.Host.SubscriptionId, pool.Host.ResourceGroup, ct).ConfigureAwait(false))
            .Where(n => n.Host.HostId == pool.Host.HostId).Select(n => n.Name)];
}
