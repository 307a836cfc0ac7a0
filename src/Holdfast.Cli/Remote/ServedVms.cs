using Holdfast.Cli.Node;
using Holdfast.Faults;

namespace Holdfast.Cli.Remote;

/// <summary>Which VMs the living nodes of this machine protect. Each has one owner: a command doesn't work on it beside its node, into whatever vault.</summary>
/// <remarks>
/// A node that doesn't answer, or that this account can't get to, is passed over. That is no danger to the data, since libvirt runs one backup of a VM at a time and
/// each vault has its own chain of checkpoints; and a node that hangs mustn't keep other VMs from being backed up.
/// </remarks>
internal sealed class ServedVms(string register, bool offline, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private List<(string Data, ServedItem Item)>? known;

    /// <summary>Makes sure that no living node protects the VM.</summary>
    /// <exception cref="FaultException">One does.</exception>
    public async Task RefuseAsync(Guid vm, CancellationToken ct)
    {
        known ??= await ListAsync(ct);
        if (known.FirstOrDefault(k => k.Item.IsProtected && k.Item.SourceId == vm) is { Item: { } item } found)
            throw (offline ? NodeFaults.NodeAlive(found.Data) : NodeFaults.VmServed(item.Vm, found.Data, item.Vault.Name)).ToException();
    }

    private async Task<List<(string Data, ServedItem Item)>> ListAsync(CancellationToken ct)
    {
        var all = new List<(string, ServedItem)>();
        foreach (var data in NodeRegister.Living(register))
        {
            var endpoint = new NodeEndpoint(NodeLocator.Local, data, null, null, null);
            using var node = new RemoteNode(new NodeConnection(endpoint, NodeConnection.HandlerOf(endpoint), time), time);
            using var limit = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
            try
            {
                all.AddRange((await node.ListItemsAsync(either.Token)).Select(i => (data, i)));
            }
            catch (Exception e) when (e is FaultException or OperationCanceledException && !ct.IsCancellationRequested)
            {
                // It doesn't answer, or as another version does.
            }
        }

        return all;
    }
}
