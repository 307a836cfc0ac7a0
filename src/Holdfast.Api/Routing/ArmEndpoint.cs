using Holdfast.Api.Replies;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;

namespace Holdfast.Api.Routing;

/// <summary>Serves a route: finds out who asks and for what, checks it, and writes the answer. INV-1: a route runs after its check only.</summary>
internal sealed class ArmEndpoint(ArmRoute route)
{
    public Task InvokeAsync(HttpContext http) =>
        ErrorReplies.GuardAsync(http, ServeAsync, http.RequestServices.GetRequiredService<ILogger<ErrorReplies>>());

    private async Task ServeAsync(HttpContext http)
    {
        // Set by the identity middleware; without it nobody has asked.
        var principal = http.Features.Get<Principal>() ?? throw new InvalidOperationException("A route was reached without a principal.");
        var resource = route.Resource.Length == 0 ? null : ResourceOf(http);
        var isAllowed = resource is null || (route.IsFilteredList
            ? AccessDecision.ReachesInto(principal, route.Action, resource) : AccessDecision.IsAllowed(principal, route.Action, resource));
        if (!isAllowed)
            throw RequestFaults.NotAllowed(principal.AppId.ToString(), route.Action, resource!.ToString()).ToException();
        var reply = await route.Run(new ArmCall(http, route, resource, principal));
        await WriteAsync(http, reply);
    }

    private static async Task WriteAsync(HttpContext http, ArmReply reply)
    {
        http.Response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers ?? new Dictionary<string, string>())
            http.Response.Headers[name] = value;
        if (reply.Body is { } body)
            await ArmJson.WriteAsync(http.Response, body, http.RequestAborted);
        if (reply.Content is not { } content)
            return;
        http.Response.ContentType = content.MediaType;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{content.FileName}\"";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        await content.WriteAsync(http.Response.Body, http.RequestAborted);
    }

    private ArmId ResourceOf(HttpContext http)
    {
        var segments = route.Resource.Split('/')
            .Select(s => s is ['{', .., '}'] ? (string)http.Request.RouteValues[s[1..^1]]! : s);
        return ArmId.TryParse(string.Join('/', segments), out var id) ? id : throw RequestFaults.ResourceIdInvalid("URL").ToException();
    }
}
