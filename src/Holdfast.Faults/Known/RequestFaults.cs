namespace Holdfast.Faults;

/// <summary>Faults of requests to the API: bodies, addresses, rights. One factory per entry of <c>Catalogue/request.json</c>.</summary>
public static class RequestFaults
{
    /// <summary>The request's body can't be read: {reason}</summary>
    public static Fault BodyUnreadable(string reason) => Fault.Of("InvalidRequestContent").With("reason", reason);

    /// <summary>The field {field} isn't known here.</summary>
    public static Fault FieldUnknown(string field) => Fault.Of("HoldfastFieldUnknown").With("field", field);

    /// <summary>The field {field} is missing.</summary>
    public static Fault FieldMissing(string field) => Fault.Of("HoldfastFieldMissing").With("field", field);

    /// <summary>The value of {field} can't be used. Expected: {expected}</summary>
    public static Fault FieldInvalid(string field, string expected) =>
        Fault.Of("HoldfastFieldInvalid").With("field", field).With("expected", expected);

    /// <summary>The field {field} contradicts the address of the request: {id}</summary>
    public static Fault IdMismatch(string field, string id) => Fault.Of("HoldfastIdMismatch").With("field", field).With("id", id);

    /// <summary>The request's body is larger than {limitBytes}.</summary>
    public static Fault BodyTooLarge(long limitBytes) => Fault.Of("RequestEntityTooLarge").With("limitBytes", limitBytes);

    /// <summary>Bodies of the type "{mediaType}" aren't understood.</summary>
    public static Fault MediaTypeUnsupported(string mediaType) => Fault.Of("UnsupportedMediaType").With("mediaType", mediaType);

    /// <summary>What {field} holds is no resource id.</summary>
    public static Fault ResourceIdInvalid(string field) => Fault.Of("InvalidResourceId").With("field", field);

    /// <summary>The filter can't be used: {filter}</summary>
    public static Fault FilterInvalid(string filter) => Fault.Of("InvalidFilter").With("filter", filter);

    /// <summary>The page asked for doesn't exist: its token isn't one of this list.</summary>
    public static Fault SkipTokenInvalid() => Fault.Of("InvalidSkipToken");

    /// <summary>There is nothing at this address: {path}</summary>
    public static Fault AddressUnknown(string path) => Fault.Of("InvalidResourceType").With("path", path);

    /// <summary>{method} isn't possible at this address: {path}</summary>
    public static Fault MethodNotAllowed(string method, string path) => Fault.Of("MethodNotAllowed").With("method", method).With("path", path);

    /// <summary>The client {client} may not perform {action} over {scope}.</summary>
    public static Fault NotAllowed(string client, string action, string scope) =>
        Fault.Of("AuthorizationFailed").With("client", client).With("action", action).With("scope", scope);

    /// <summary>Not supported: {feature}</summary>
    public static Fault FeatureNotSupported(string feature) => Fault.Of("HoldfastFeatureNotSupported").With("feature", feature);
}
