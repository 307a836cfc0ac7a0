using System.Text.Json.Nodes;
using Holdfast.Api.Compute;
using Holdfast.Api.Replies;
using Holdfast.Api.Requests;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Resources;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;

namespace Holdfast.Api.Subscriptions;

/// <summary>Tenants, subscriptions, their locations and resource groups, and the list of all resources.</summary>
internal static class SubscriptionRoutes
{
    private const string ReadSubscription = "Microsoft.Resources/subscriptions/read";
    private const string ReadGroup = "Microsoft.Resources/subscriptions/resourceGroups/read";
    private const string ReadResources = "Microsoft.Resources/subscriptions/resources/read";

    public static void Map(ArmRoutes routes)
    {
        routes.Root("/tenants", ListTenantsAsync);
        routes.Root("/subscriptions", ListAsync);
        routes.List(ArmRoutes.Subscription, "", ReadSubscription, GetAsync);
        routes.List(ArmRoutes.Subscription, "/locations", "Microsoft.Resources/subscriptions/locations/read", ListLocationsAsync);
        routes.List(ArmRoutes.Subscription, "/resourceGroups", ReadGroup, ListGroupsAsync);
        routes.List(ArmRoutes.Group, "", ReadGroup, GetGroupAsync);
        routes.List(ArmRoutes.Subscription, "/resources", ReadResources, ListResourcesAsync);
        routes.List(ArmRoutes.Group, "/resources", "Microsoft.Resources/subscriptions/resourceGroups/resources/read", ListResourcesAsync);
    }

    private static async Task<ArmReply> ListTenantsAsync(ArmCall call)
    {
        var tenant = await call.Get<Installation>().GetTenantAsync(call.Aborted);
        return Page.Of(call, [tenant], t => new JsonObject { ["id"] = $"/tenants/{t}", ["tenantId"] = t, ["displayName"] = "Holdfast" });
    }

    private static async Task<ArmReply> ListAsync(ArmCall call)
    {
        var tenant = await call.Get<Installation>().GetTenantAsync(call.Aborted);
        var all = await call.Get<Inventory>().ListSubscriptionsAsync(call.Aborted);
        return Page.Of(call, all.Where(s => call.Sees(ReadSubscription, IdOf(s))), s => Shape(s, tenant));
    }

    private static async Task<ArmReply> GetAsync(ArmCall call)
    {
        var tenant = await call.Get<Installation>().GetTenantAsync(call.Aborted);
        return ArmReply.Ok(Shape(await FindAsync(call), tenant));
    }

    private static async Task<ArmReply> ListLocationsAsync(ArmCall call)
    {
        var subscription = await FindAsync(call);
        var hosts = await call.Get<Inventory>().ListHostsAsync(call.Aborted);
        var names = hosts.Where(h => Same(h.SubscriptionId, subscription.SubscriptionId)).Select(h => h.Location).Distinct(StringComparer.OrdinalIgnoreCase);
        return Page.Of(call, names.Order(StringComparer.Ordinal), l => new JsonObject
        {
            ["id"] = $"/subscriptions/{subscription.SubscriptionId}/locations/{l}",
            ["name"] = l,
            ["displayName"] = l,
            ["regionalDisplayName"] = l,
            ["type"] = "Region",
            ["metadata"] = new JsonObject { ["regionType"] = "Physical", ["regionCategory"] = "Recommended" },
        });
    }

    private static async Task<ArmReply> ListGroupsAsync(ArmCall call)
    {
        var subscription = await FindAsync(call);
        var groups = await call.Get<Inventory>().ListResourceGroupsAsync(subscription.SubscriptionId, call.Aborted);
        return Page.Of(call, groups.Where(g => call.Sees(ReadGroup, IdOf(g))), Shape);
    }

    private static async Task<ArmReply> GetGroupAsync(ArmCall call)
    {
        var groups = await call.Get<Inventory>().ListResourceGroupsAsync(call.Value("subscription"), call.Aborted);
        return groups.FirstOrDefault(g => Same(g.Name, call.Value("group"))) is { } group
            ? ArmReply.Ok(Shape(group)) : throw ServiceFaults.ResourceGroupNotFound(call.Value("group")).ToException();
    }

    private static async Task<ArmReply> ListResourcesAsync(ArmCall call)
    {
        var filter = ListFilter.Of(call.Http.Request, "resourceType", "name", "resourceGroup", "location");
        var (subscription, group) = (call.Value("subscription"), call.ValueOrNull("group"));
        var inventory = call.Get<Inventory>();
        var all = new List<(ArmId Id, string Location)>();
        var vms = await inventory.ListVmsAsync(subscription, group, call.Aborted);
        all.AddRange(vms.Select(v => (v.Id, v.Location)));
        all.AddRange(DiskRoutes.Of(vms).Select(d => (d.Id, d.Vm.Location)));
        all.AddRange((await inventory.ListNetworksAsync(subscription, group, call.Aborted)).Select(n => (n.Id, n.Host.Location)));
        all.AddRange((await inventory.ListStoragePoolsAsync(subscription, group, call.Aborted)).Select(p => (p.Id, p.Host.Location)));
        all.AddRange((await call.Get<RecoveryServicesVaults>().ListAsync(subscription, group, call.Aborted)).Select(v => (v.Ref.Id, v.Location)));
        var seen = all.Where(r => call.May(r.Id.ResourceType + "/read", r.Id) && filter.Admits("resourceType", r.Id.ResourceType)
            && filter.Admits("name", r.Id.Name) && filter.Admits("resourceGroup", r.Id.ResourceGroup) && filter.Admits("location", r.Location));
        return Page.Of(call, seen.OrderBy(r => r.Id.ToString(), StringComparer.OrdinalIgnoreCase), r => new JsonObject
        {
            ["id"] = r.Id.ToString(), ["name"] = r.Id.Name, ["type"] = r.Id.ResourceType, ["location"] = r.Location, ["provisioningState"] = "Succeeded",
        });
    }

    private static async Task<SubscriptionRow> FindAsync(ArmCall call) =>
        (await call.Get<Inventory>().ListSubscriptionsAsync(call.Aborted)).FirstOrDefault(s => Same(s.SubscriptionId, call.Value("subscription")))
        ?? throw ServiceFaults.SubscriptionNotFound(call.Value("subscription")).ToException();

    private static ArmId IdOf(SubscriptionRow s) => ArmId.Parse($"/subscriptions/{s.SubscriptionId}");

    private static ArmId IdOf(ResourceGroupRow g) => ArmId.Parse($"/subscriptions/{g.SubscriptionId}/resourceGroups/{g.Name}");

    private static JsonObject Shape(SubscriptionRow s, string tenant) => new()
    {
        ["id"] = IdOf(s).ToString(),
        ["subscriptionId"] = s.SubscriptionId,
        ["tenantId"] = tenant,
        ["displayName"] = s.DisplayName,
        ["state"] = "Enabled",
        ["subscriptionPolicies"] = new JsonObject(),
        ["authorizationSource"] = "RoleBased",
        ["managedByTenants"] = new JsonArray(),
    };

    private static JsonObject Shape(ResourceGroupRow g) => new()
    {
        ["id"] = IdOf(g).ToString(),
        ["name"] = g.Name,
        ["type"] = "Microsoft.Resources/resourceGroups",
        ["location"] = g.Location,
        ["tags"] = new JsonObject(g.Tags.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value))),
        ["properties"] = new JsonObject { ["provisioningState"] = "Succeeded" },
    };

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
