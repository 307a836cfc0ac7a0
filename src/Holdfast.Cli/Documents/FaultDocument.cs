using Holdfast.Faults;

namespace Holdfast.Cli.Documents;

/// <summary>A fault in JSON: what programs decide by, and the texts in the language asked for.</summary>
internal sealed record FaultDocument(
    string Code, int Number, string Severity, string Retry, double? RetryAfterSeconds,
    string Message, string Cause, IReadOnlyList<string> Actions, IReadOnlyDictionary<string, string> Parameters)
{
    public static FaultDocument Of(Fault fault, FaultLanguage language)
    {
        var text = FaultCatalogue.Shared.Render(fault, language);
        return new(
            fault.Code.Value, text.Number, Camel(text.Severity), Camel(text.Retry), text.RetryAfter?.TotalSeconds,
            text.Message, text.Cause, text.Actions, fault.Parameters);
    }

    public static IReadOnlyList<FaultDocument> Of(IEnumerable<Fault> faults, FaultLanguage language) => [.. faults.Select(f => Of(f, language))];

    private static string Camel<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

/// <summary>What a command that failed before it had results writes.</summary>
internal sealed record FailureDocument(FaultDocument Fault);
