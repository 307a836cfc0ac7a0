using System.Text.Json.Nodes;
using Holdfast.Api.Native;
using Holdfast.Api.Replies;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Hosts;
using Holdfast.Faults;

namespace Holdfast.Api.Storage;

/// <summary>Storage accounts: libvirt's storage pools, where restored images go.</summary>
internal static class StorageAccountRoutes
{
    private const string Read = "Microsoft.Storage/storageAccounts/read";
    private const string List = "/providers/Microsoft.Storage/storageAccounts";

    public static void Map(ArmRoutes routes)
    {
        routes.List(ArmRoutes.Subscription, List, Read, ListAsync);
        routes.List(ArmRoutes.Group, List, Read, ListAsync);
        routes.Get(ArmRoutes.Group + List + "/{account}", "", Read, async call =>
            ArmReply.Ok(Shape(await call.Get<Inventory>().FindStoragePoolAsync(call.Resource, call.Aborted) ?? throw NotFound(call))));

        // Clients look for a classic account first, and go on only after this answer.
        routes.Get(ArmRoutes.Group + "/providers/Microsoft.ClassicStorage/storageAccounts/{account}", "", Read, call => throw NotFound(call));
    }

    private static async Task<ArmReply> ListAsync(ArmCall call)
    {
        var all = await call.Get<Inventory>().ListStoragePoolsAsync(call.Value("subscription"), call.ValueOrNull("group"), call.Aborted);
        return Page.Of(call, all.Where(p => call.May(Read, p.Id)), p => NativeView.Add(call, Shape(p), NativeJson.Default.NativePool, () => new NativePool(p.Path)));
    }

    private static FaultException NotFound(ArmCall call) => ServiceFaults.ResourceNotFound(call.Resource.ToString()).ToException();

    private static JsonObject Shape(StoragePoolResource pool) => new()
    {
        ["id"] = pool.Id.ToString(),
        ["name"] = pool.Name,
        ["type"] = "Microsoft.Storage/storageAccounts",
        ["location"] = pool.Host.Location,
        ["kind"] = "StorageV2",
        ["sku"] = new JsonObject { ["name"] = "Standard_LRS", ["tier"] = "Standard" },
        ["properties"] = new JsonObject
        {
            ["provisioningState"] = pool.IsActive ? "Succeeded" : "ResolvingDNS",
            ["statusOfPrimary"] = pool.IsActive ? "available" : "unavailable",
            ["primaryLocation"] = pool.Host.Location,
        },
    };
}
