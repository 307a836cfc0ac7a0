using System.Text.Json.Nodes;
using Holdfast.Api.Requests;
using Holdfast.ControlPlane.Access;

namespace Holdfast.Api.Identity;

/// <summary>
/// What clients ask before they have a token: cloud metadata, discovery, keys, tokens. Clients put different things before the well-known ends of these
/// paths (/adfs, /adfs/adfs, /TENANT, /TENANT/v2.0), so paths are told by their end.
/// </summary>
internal sealed class IdentityMiddleware(RequestDelegate next, TokenEndpoint tokens, SigningKeys keys, Tenant tenant)
{
    private const string WellKnown = "/.well-known/openid-configuration";

    public Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var path = context.Request.Path.Value ?? "";
        if (!IsOfIdentity(path))
            return next(context);
        var get = HttpMethods.IsGet(context.Request.Method);
        if (Ends(path, "/metadata/endpoints") && get)
            return WriteAsync(context, CloudMetadata.Of(PublicAddress.Of(context.Request), context.Request.Query["api-version"]));
        if (Ends(path, WellKnown) && get)
            return DiscoverAsync(context, path[..^WellKnown.Length]);
        if ((Ends(path, "/discovery/keys") || Ends(path, "/discovery/v2.0/keys")) && get)
            return KeysAsync(context);
        if ((Ends(path, "/oauth2/token") || Ends(path, "/oauth2/v2.0/token")) && HttpMethods.IsPost(context.Request.Method))
            return tokens.HandleAsync(context);
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return Task.CompletedTask;
    }

    private static bool IsOfIdentity(string path) =>
        !path.StartsWith("/subscriptions", StringComparison.OrdinalIgnoreCase)
        && (path.Equals("/metadata/endpoints", StringComparison.OrdinalIgnoreCase) || Ends(path, WellKnown)
            || Ends(path, "/discovery/keys") || Ends(path, "/discovery/v2.0/keys") || Ends(path, "/oauth2/token") || Ends(path, "/oauth2/v2.0/token"));

    private async Task DiscoverAsync(HttpContext context, string prefix) => await WriteAsync(
        context,
        DiscoveryDocument.Of(PublicAddress.Of(context.Request) + prefix, await tenant.IdAsync(context.RequestAborted).ConfigureAwait(false))).ConfigureAwait(false);

    private async Task KeysAsync(HttpContext context) =>
        await WriteAsync(context, DiscoveryDocument.Keys(await keys.AllAsync(context.RequestAborted).ConfigureAwait(false))).ConfigureAwait(false);

    private static bool Ends(string path, string end) => path.EndsWith(end, StringComparison.OrdinalIgnoreCase);

    private static Task WriteAsync(HttpContext context, JsonNode document)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(document.ToJsonString(), context.RequestAborted);
    }
}
