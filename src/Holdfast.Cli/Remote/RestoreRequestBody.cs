using System.Text.Json.Nodes;
using Holdfast.Api.Native;
using Holdfast.Faults;
using Holdfast.Protection.Points;
using Holdfast.Protection.Restore;

namespace Holdfast.Cli.Remote;

/// <summary>Says a restore in the words of the API. A node starts a VM that it has made, shuts down and starts again one whose disks it replaces.</summary>
internal sealed class RestoreRequestBody(RemoteNode node)
{
    private const string Pools = "Microsoft.Storage/storageAccounts";
    private const string Networks = "Microsoft.Network/virtualNetworks";

    /// <exception cref="FaultException">The API has no words for it, or what it names isn't there.</exception>
    public async Task<JsonObject> MakeAsync(ServedPoint point, RestoreOptions options, CancellationToken ct)
    {
        var properties = new JsonObject { ["objectType"] = "IaasVMRestoreRequest", ["sourceResourceId"] = point.Item.VmResource };
        if (options.Disks.Count > 0)
            properties["restoreDiskLunList"] = new JsonArray([.. Luns(point.Point, options.Disks).Select(l => (JsonNode)l)]);
        if (options.Decrypt)
            properties["holdfastDecrypt"] = true;
        switch (options)
        {
            case RestoreAsNew asNew:
                await AsNewAsync(properties, asNew, ct);
                break;
            case RestoreInPlace inPlace:
                properties["recoveryType"] = "OriginalLocation";
                await CheckInPlaceAsync(point.Item, inPlace, ct);
                break;
            case RestoreDisks disks:
                RemoteEngine.Refuse((disks.Format != ImageFormat.Qcow2, "restore --disks-to --format raw"));
                properties["recoveryType"] = "RestoreDisks";
                properties["storageAccountId"] = await PoolOfAsync(disks.Directory, ct);
                break;
        }

        return new JsonObject { ["properties"] = properties };
    }

    private async Task AsNewAsync(JsonObject properties, RestoreAsNew options, CancellationToken ct)
    {
        RemoteEngine.Refuse(
            (options.Subnet is not null, "restore --as --subnet"), (options.DisksDirectory is not null, "restore --as --disks-dir"), (options.Pool is null, "restore --as without --pool"), (!options.Start, "restore --as without --start"));
        var pools = await node.ListResourcesAsync(Pools, native: true, ct);
        var pool = pools.FirstOrDefault(p => node.TextOf(p["name"]) == options.Pool)
            ?? throw RestoreFaults.PoolNotFound(options.Pool!, pools.Select(p => node.TextOf(p["name"]))).ToException();
        var id = node.TextOf(pool["id"]);
        var group = id[..id.IndexOf("/providers/", StringComparison.Ordinal)];
        properties["recoveryType"] = "AlternateLocation";
        properties["storageAccountId"] = id;
        properties["targetResourceGroupId"] = group;
        properties["targetVirtualMachineId"] = $"{group}/providers/Microsoft.Compute/virtualMachines/{options.NewName}";
        if (options.Network is not { } name)
            return;
        var networks = await node.ListResourcesAsync(Networks, native: true, ct);
        var network = networks.FirstOrDefault(n => node.TextOf(n["name"]) == name && node.TextOf(n["id"]).StartsWith(group + "/", StringComparison.OrdinalIgnoreCase))
            ?? throw RestoreFaults.NetworkNotFound(name, networks.Select(n => node.TextOf(n["name"]))).ToException();
        properties["virtualNetworkId"] = node.TextOf(network["id"]);
    }

    private async Task CheckInPlaceAsync(ServedItem item, RestoreInPlace options, CancellationToken ct)
    {
        var vm = await node.Connection.GetAsync(NodeConnection.PathOf(item.VmResource), native: true, ct);
        var isOff = node.TryFactsOf(vm, NativeJson.Default.NativeVm)?.State is "shut off" or "crashed";
        if (!isOff && !options.Shutdown)
            throw RestoreFaults.VmMustBeOff(item.Vm).ToException();
        RemoteEngine.Refuse(
            (options.WithConfiguration, "restore --in-place --with-config"), (isOff && options.Start, "restore --in-place --start of a VM that is off"),
            (!isOff && !options.Start, "restore --in-place --shutdown without --start"));
    }

    // The node makes a folder of the job's own in a pool.
    private async Task<string> PoolOfAsync(string directory, CancellationToken ct)
    {
        foreach (var pool in await node.ListResourcesAsync(Pools, native: true, ct))
        {
            if (node.FactsOf(pool, NativeJson.Default.NativePool).Path is { } path && Path.TrimEndingDirectorySeparator(path) == Path.TrimEndingDirectorySeparator(directory))
                return node.TextOf(pool["id"]);
        }

        throw NodeFaults.NotThroughNode($"restore --disks-to {directory}, which is no storage pool's folder,").ToException();
    }

    // The first disk of a point is the OS disk, which Azure always restores; the others have LUNs from 0 on.
    private static List<int> Luns(RecoveryPoint point, IReadOnlyCollection<string> wanted)
    {
        var all = ControlPlane.Points.PointDisks.Luns(point);
        if (wanted.FirstOrDefault(w => all.All(d => d.Target != w)) is { } unknown)
            throw RestoreFaults.PointHasNoDisk(point.Id.ToString(), unknown, all.Select(d => d.Target)).ToException();
        RemoteEngine.Refuse((all.Any(d => d.Lun < 0 && !wanted.Contains(d.Target)), "restore --disk without the OS disk"));
        return [.. all.Where(d => d.Lun >= 0 && wanted.Contains(d.Target)).Select(d => d.Lun)];
    }
}
