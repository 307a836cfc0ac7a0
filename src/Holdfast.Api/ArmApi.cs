using Holdfast.Api.Compute;
using Holdfast.Api.Containers;
using Holdfast.Api.Items;
using Holdfast.Api.Jobs;
using Holdfast.Api.Locations;
using Holdfast.Api.Native;
using Holdfast.Api.Network;
using Holdfast.Api.Operations;
using Holdfast.Api.Points;
using Holdfast.Api.Policies;
using Holdfast.Api.Replies;
using Holdfast.Api.Restores;
using Holdfast.Api.Routing;
using Holdfast.Api.Storage;
using Holdfast.Api.Subscriptions;
using Holdfast.Api.Vaults;

namespace Holdfast.Api;

/// <summary>Puts the API into a node's pipeline: <see cref="UseArmApi"/>, then whatever finds out who asks, then <see cref="MapArmApi(IEndpointRouteBuilder)"/>.</summary>
public static class ArmApi
{
    /// <summary>The table of all addresses.</summary>
    public static ArmRoutes Routes()
    {
        var routes = new ArmRoutes();
        SubscriptionRoutes.Map(routes);
        VirtualMachineRoutes.Map(routes);
        DiskRoutes.Map(routes);
        VirtualNetworkRoutes.Map(routes);
        StorageAccountRoutes.Map(routes);
        VaultRoutes.Map(routes);
        VaultConfigRoutes.Map(routes);
        UsageRoutes.Map(routes);
        PolicyRoutes.Map(routes);
        ContainerRoutes.Map(routes);
        ItemRoutes.Map(routes);
        PointRoutes.Map(routes);
        RestoreRoutes.Map(routes);
        JobRoutes.Map(routes);
        JobExportRoutes.Map(routes);
        OperationRoutes.Map(routes);
        LocationRoutes.Map(routes);
        AuditRoutes.Map(routes);
        ExaminationRoutes.Map(routes);
        RemedyRoutes.Map(routes);
        return routes;
    }

    /// <summary>Errors, addresses, routing. Comes first in the pipeline.</summary>
    public static IApplicationBuilder UseArmApi(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<ErrorReplies>();
        app.Use(PathNormalizer.InvokeAsync);
        return app.UseRouting();
    }

    /// <summary>Maps every address.</summary>
    public static void MapArmApi(this IEndpointRouteBuilder endpoints) => endpoints.MapArmApi(Routes());

    internal static void MapArmApi(this IEndpointRouteBuilder endpoints, ArmRoutes routes)
    {
        foreach (var route in routes.All)
            endpoints.MapMethods(route.Template, [route.Method], new ArmEndpoint(route).InvokeAsync).WithMetadata(route).WithDisplayName(route.Method + " " + route.Template);
    }
}
