using System.Text.Json.Nodes;
using Holdfast.Api.Native;
using Holdfast.Api.Requests;
using Holdfast.Faults;

namespace Holdfast.Api.Replies;

/// <summary>Azure's shape of an error: <c>{"error":{"code","message","details"}}</c>. Message and details are the catalogue's texts.</summary>
public static class ArmError
{
    /// <summary>A fault in a language: its cause and each recommended action are details, which clients print below the message.</summary>
    public static JsonObject Of(Fault fault, FaultLanguage language)
    {
        var text = FaultCatalogue.Shared.Render(fault, language);
        var details = new JsonArray();
        if (text.Cause.Length > 0)
            details.Add(Detail("Cause", text.Cause));
        foreach (var action in text.Actions)
            details.Add(Detail("RecommendedAction", action));
        return new JsonObject
        {
            ["error"] = new JsonObject { ["code"] = fault.Code.Value, ["message"] = text.Message, ["details"] = details },
        };
    }

    /// <summary>A fault as the answer to a request: in its language, and with the parameters where it asks for them.</summary>
    public static JsonObject Of(Fault fault, HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var error = Of(fault, RequestLanguage.Of(request));
        if (NativeView.IsAsked(request))
            error["error"]!["parameters"] = new JsonObject(fault.Parameters.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));
        return error;
    }

    /// <summary>Only code and message, as statuses of operations carry it.</summary>
    public static JsonObject Brief(Fault fault, FaultLanguage language) =>
        new() { ["code"] = fault.Code.Value, ["message"] = FaultCatalogue.Shared.Render(fault, language).Message };

    private static JsonObject Detail(string code, string message) => new() { ["code"] = code, ["message"] = message };
}
