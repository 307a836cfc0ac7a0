namespace Holdfast.Api.Routing;

/// <summary>Some clients send empty segments (<c>virtualNetworks//net1</c>) and slashes at the end; neither counts.</summary>
internal static class PathNormalizer
{
    public static Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path.Value is { Length: > 1 } path && (path.Contains("//", StringComparison.Ordinal) || path[^1] == '/'))
            http.Request.Path = "/" + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        return next(http);
    }
}
