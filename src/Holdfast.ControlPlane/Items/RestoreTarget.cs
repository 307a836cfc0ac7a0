using Holdfast.ControlPlane.Hosts;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Items;

/// <summary>What a restore request's resource ids stand for, and what keeps it from being done.</summary>
/// <param name="Host">The host that it runs on; null where it can't be told.</param>
/// <param name="Pool">The storage pool, or null.</param>
/// <param name="Network">The network, or null.</param>
/// <param name="Name">The new VM's name, or null.</param>
/// <param name="Problems">What keeps it from being done.</param>
internal sealed record RestoreTarget(
    HostRow? Host, StoragePoolResource? Pool, VirtualNetworkResource? Network, string? Name, IReadOnlyList<Fault> Problems);
