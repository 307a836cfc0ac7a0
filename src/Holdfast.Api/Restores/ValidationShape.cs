using System.Text.Json.Nodes;
using Holdfast.Faults;

namespace Holdfast.Api.Restores;

/// <summary>What a validation found; no results mean that nothing stands in the way.</summary>
internal static class ValidationShape
{
    public static JsonObject Of(IEnumerable<Fault> findings, FaultLanguage language) => new()
    {
        ["validateOperationResponse"] = new JsonObject
        {
            ["validationResults"] = new JsonArray([.. findings.Select(f => (JsonNode)Finding(f, language))]),
        },
    };

    private static JsonObject Finding(Fault fault, FaultLanguage language)
    {
        var text = FaultCatalogue.Shared.Render(fault, language);
        return new()
        {
            ["code"] = fault.Code.Value, ["message"] = text.Message, ["recommendations"] = new JsonArray([.. text.Actions.Select(a => (JsonNode)a)]),
        };
    }
}
