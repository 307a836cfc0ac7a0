using Holdfast.Faults;

namespace Holdfast.Cli.Documents;

/// <summary>A catalogue entry in JSON, with parameters in braces. Symptom and detection are null where the entry stands for no condition;
/// inAzure says what to do if the backup runs in Azure itself.</summary>
internal sealed record FaultEntryDocument(
    string Code, int Number, string Area, string Severity, string Retry, IReadOnlyList<string> Conditions, IReadOnlyList<string> AzureCodes,
    string Message, string? Symptom, string Cause, IReadOnlyList<string> Actions, string? InAzure, string? Detection)
{
    public static FaultEntryDocument Of(FaultEntry e, FaultLanguage language)
    {
        var template = e.Templates[language];
        return new(
            e.Code.Value, e.Number, e.Area, Camel(e.Severity), Camel(e.Retry), e.Conditions, e.Guide?.AzureCodes ?? [],
            template.Message, e.Guide?.Symptom[language], template.Cause, template.Actions,
            e.Guide?.Azure.GetValueOrDefault(language), e.Guide?.Detection[language]);
    }

    private static string Camel<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

/// <summary>Catalogue entries in JSON.</summary>
internal sealed record FaultEntriesDocument(IReadOnlyList<FaultEntryDocument> Faults);

/// <summary>An entry that fits a text, in JSON.</summary>
internal sealed record FaultMatchDocument(double Score, string By, FaultEntryDocument Fault)
{
    public static FaultMatchDocument Of(FaultMatch match, FaultLanguage language) =>
        new(match.Score, System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(match.By.ToString()), FaultEntryDocument.Of(match.Entry, language));
}

/// <summary>What fits a text, best first, in JSON.</summary>
internal sealed record FaultMatchesDocument(IReadOnlyList<FaultMatchDocument> Matches);
