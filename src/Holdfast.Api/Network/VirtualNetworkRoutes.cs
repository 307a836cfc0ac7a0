using System.Text.Json.Nodes;
using Holdfast.Api.Replies;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Hosts;
using Holdfast.Faults;

namespace Holdfast.Api.Network;

/// <summary>Virtual networks: libvirt's networks, each with one subnet.</summary>
internal static class VirtualNetworkRoutes
{
    private const string Read = "Microsoft.Network/virtualNetworks/read";
    private const string ReadSubnet = "Microsoft.Network/virtualNetworks/subnets/read";
    private const string List = "/providers/Microsoft.Network/virtualNetworks";
    private const string One = ArmRoutes.Group + List + "/{network}";

    public static void Map(ArmRoutes routes)
    {
        routes.List(ArmRoutes.Subscription, List, Read, ListAsync);
        routes.List(ArmRoutes.Group, List, Read, ListAsync);
        routes.Get(One, "", Read, async call => ArmReply.Ok(Shape(await FindAsync(call))));
        routes.Get(One, "/subnets", ReadSubnet, async call => Page.Of(call, [await FindAsync(call)], Subnet));
        routes.Get(One + "/subnets/{subnet}", "", ReadSubnet, async call =>
            await FindAsync(call) is { } network && network.SubnetId.Equals(call.Resource) ? ArmReply.Ok(Subnet(network)) : throw NotFound(call));
    }

    private static async Task<ArmReply> ListAsync(ArmCall call)
    {
        var all = await call.Get<Inventory>().ListNetworksAsync(call.Value("subscription"), call.ValueOrNull("group"), call.Aborted);
        return Page.Of(call, all.Where(n => call.May(Read, n.Id)), Shape);
    }

    private static async Task<VirtualNetworkResource> FindAsync(ArmCall call) =>
        await call.Get<Inventory>().FindNetworkAsync(call.Resource, call.Aborted) ?? throw NotFound(call);

    private static FaultException NotFound(ArmCall call) => ServiceFaults.ResourceNotFound(call.Resource.ToString()).ToException();

    private static JsonObject Shape(VirtualNetworkResource network) => new()
    {
        ["id"] = network.Id.ToString(),
        ["name"] = network.Name,
        ["type"] = "Microsoft.Network/virtualNetworks",
        ["location"] = network.Host.Location,
        ["properties"] = new JsonObject
        {
            ["provisioningState"] = network.IsActive ? "Succeeded" : "Failed",
            ["addressSpace"] = new JsonObject { ["addressPrefixes"] = new JsonArray() },
            ["subnets"] = new JsonArray(Subnet(network)),
        },
    };

    private static JsonObject Subnet(VirtualNetworkResource network) => new()
    {
        ["id"] = network.SubnetId.ToString(),
        ["name"] = VirtualNetworkResource.SubnetName,
        ["type"] = "Microsoft.Network/virtualNetworks/subnets",
        ["properties"] = new JsonObject { ["provisioningState"] = network.IsActive ? "Succeeded" : "Failed" },
    };
}
