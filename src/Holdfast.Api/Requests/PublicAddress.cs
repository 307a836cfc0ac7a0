namespace Holdfast.Api.Requests;

/// <summary>
/// The address that the client reached this node by. What is polled must be found there again, whatever stands in between: a front end is heard where
/// <see cref="TrustedProxies"/> has it.
/// </summary>
public static class PublicAddress
{
    /// <summary>Scheme and host, without a slash at the end: <c>https://host:8443</c>.</summary>
    public static string Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Scheme + "://" + request.Host.ToUriComponent();
    }
}
