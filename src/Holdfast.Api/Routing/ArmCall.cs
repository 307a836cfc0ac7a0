using Holdfast.Api.Requests;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;

namespace Holdfast.Api.Routing;

/// <summary>One request, as the handlers see it: who asks, for which resource, in which version and language.</summary>
public sealed class ArmCall
{
    private readonly ArmId? _resource;

    internal ArmCall(HttpContext http, ArmRoute route, ArmId? resource, Principal principal)
    {
        Http = http;
        Route = route;
        _resource = resource;
        Principal = principal;
    }

    /// <summary>The request and its answer.</summary>
    public HttpContext Http { get; }

    /// <summary>The route that was taken.</summary>
    public ArmRoute Route { get; }

    /// <summary>The resource that the address names, up to the part that lists or acts.</summary>
    public ArmId Resource => _resource ?? throw new InvalidOperationException("The address is above all resources.");

    /// <summary>Who asks.</summary>
    public Principal Principal { get; }

    /// <summary>Who asks, as jobs record it.</summary>
    public string Caller => Principal.AppId.ToString();

    /// <summary>The language of texts.</summary>
    public FaultLanguage Language => RequestLanguage.Of(Http.Request);

    /// <summary>Ends when the client has gone.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>The vault that the address names or lies in.</summary>
    public VaultRef Vault => VaultRef.Of(Resource) ?? throw new InvalidOperationException("The route has no vault.");

    /// <summary>A service of the node.</summary>
    public T Get<T>()
        where T : notnull => Http.RequestServices.GetRequiredService<T>();

    /// <summary>A part of the address by its name in the route's template.</summary>
    public string Value(string name) => (string)Http.Request.RouteValues[name]!;

    /// <summary>A part of the address, or null where the route has no such part.</summary>
    public string? ValueOrNull(string name) => (string?)Http.Request.RouteValues.GetValueOrDefault(name);

    /// <summary>Whether the client speaks at least this version; one that names none speaks the newest.</summary>
    public bool IsVersion(string atLeast) =>
        Http.Request.Query["api-version"].ToString() is not { Length: > 0 } version || string.CompareOrdinal(version, atLeast) >= 0;

    /// <summary>Whether the caller may do something to a resource.</summary>
    public bool May(string action, ArmId resource) => AccessDecision.IsAllowed(Principal, action, resource);

    /// <summary>Whether the caller may do something to the resource, or to anything in it: it is part of the lists that they are shown.</summary>
    public bool Sees(string action, ArmId resource) => AccessDecision.ReachesInto(Principal, action, resource);

    /// <summary>Refuses the request unless the caller may do something to a resource. INV-1: called before anything is read or changed.</summary>
    public void Require(AccessNeed need)
    {
        if (!May(need.Action, need.Resource))
            throw RequestFaults.NotAllowed(Principal.AppId.ToString(), need.Action, need.Resource.ToString()).ToException();
    }

    /// <summary>An absolute address on the host name that the client used, with the version that it speaks.</summary>
    public string Absolute(string path)
    {
        var request = Http.Request;
        var version = request.Query["api-version"].ToString();
        return PublicAddress.Of(request) + path + (version.Length == 0 ? "" : "?api-version=" + Uri.EscapeDataString(version));
    }
}
