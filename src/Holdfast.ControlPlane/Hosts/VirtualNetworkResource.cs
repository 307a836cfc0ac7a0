using Holdfast.ControlPlane.Resources;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>A libvirt network as a virtual network resource with one subnet.</summary>
/// <param name="Id">Its resource id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Host">The host that it is on.</param>
/// <param name="IsActive">Whether it runs.</param>
public sealed record VirtualNetworkResource(ArmId Id, string Name, HostRow Host, bool IsActive)
{
    /// <summary>The name of every network's one subnet.</summary>
    public const string SubnetName = "default";

    /// <summary>The subnet's resource id.</summary>
    public ArmId SubnetId => ArmId.Parse($"{Id}/subnets/{SubnetName}");
}
