using System.Net;
using Holdfast.Api.Identity;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Api.Operations;

/// <summary>
/// Who may read metrics, which name VMs: programs of this machine, and whoever may do so by role. A request that a front end of this machine passes on isn't
/// from this machine.
/// </summary>
internal static class MetricsAccess
{
    public static async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<LocalPeer>() is not null || IsLocal(context) || await IsAllowedAsync(context))
            await next(context);
        else
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
    }

    private static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
        && !context.Request.Headers.ContainsKey("X-Forwarded-For") && !context.Request.Headers.ContainsKey("Forwarded");

    private static async Task<bool> IsAllowedAsync(HttpContext context)
    {
        Principal principal;
        try
        {
            principal = await PrincipalMiddleware.ReadAsync(context, (Tokens)context.RequestServices.GetService(typeof(Tokens))!);
        }
        catch (FaultException)
        {
            return false;
        }

        var database = (IDbContextFactory<ControlPlaneContext>)context.RequestServices.GetService(typeof(IDbContextFactory<ControlPlaneContext>))!;
        await using var db = await database.CreateDbContextAsync(context.RequestAborted);
        var subscriptions = await db.Subscriptions.Select(s => s.SubscriptionId).ToListAsync(context.RequestAborted);
        return subscriptions.All(s => AccessDecision.IsAllowed(principal, AccessActions.ReadMetrics, ArmId.Parse("/subscriptions/" + s)));
    }
}
