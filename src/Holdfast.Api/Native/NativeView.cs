using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Api.Routing;

namespace Holdfast.Api.Native;

/// <summary>
/// What Holdfast's own command asks for beyond Azure's shapes, by a header: facts that Azure has no words for, under <c>properties.holdfast</c>, and faults
/// as codes with parameters, which the command renders in its user's language. The rights that are needed stay the same.
/// </summary>
public static class NativeView
{
    /// <summary>The header that asks for it.</summary>
    public const string Header = "x-holdfast-view";

    /// <summary>The header's value.</summary>
    public const string Value = "native";

    /// <summary>The member of a resource's properties that holds the facts.</summary>
    public const string Member = "holdfast";

    /// <summary>Whether a request asks for it.</summary>
    public static bool IsAsked(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Headers[Header] == Value;
    }

    /// <summary>Adds the facts to a resource, where they are asked for.</summary>
    internal static JsonObject Add<T>(ArmCall call, JsonObject shape, JsonTypeInfo<T> type, Func<T?> facts)
        where T : class
    {
        if (IsAsked(call.Http.Request) && facts() is { } known)
            shape["properties"]![Member] = JsonSerializer.SerializeToNode(known, type);
        return shape;
    }
}
