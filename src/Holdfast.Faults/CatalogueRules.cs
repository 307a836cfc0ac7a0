using System.Text.RegularExpressions;

namespace Holdfast.Faults;

/// <summary>What every catalogue must keep (INV-1, INV-2), checked whenever it is loaded.</summary>
internal static partial class CatalogueRules
{
    [GeneratedRegex("^[A-Z][A-Za-z0-9]{3,79}$", RegexOptions.CultureInvariant)]
    private static partial Regex CodeForm { get; }

    // Names only: no sentence of anybody else's is kept.
    [GeneratedRegex("^([A-Za-z][A-Za-z0-9]{5,79}|[0-9]{6})$", RegexOptions.CultureInvariant)]
    private static partial Regex AzureCodeForm { get; }

    public static IEnumerable<string> Problems(IReadOnlyList<FaultEntry> entries, IReadOnlyCollection<string> termTables) =>
        entries.SelectMany(e => Problems(e, termTables))
            .Concat(Doubles(entries, e => e.Code.Value, "code"))
            .Concat(Doubles(entries, e => e.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), "number"));

    private static IEnumerable<string> Problems(FaultEntry entry, IReadOnlyCollection<string> termTables)
    {
        if (!CodeForm.IsMatch(entry.Code.Value))
        {
            yield return $"{entry.Code}: not a PascalCase code";
        }

        if (entry.RetryAfter is not null != (entry.Retry == RetryAdvice.Later))
        {
            yield return $"{entry.Code}: retryAfterSeconds goes with retry 'later', and only with it";
        }

        foreach (var parameter in entry.Parameters.Where(p => p.TermTable is { } table && !termTables.Contains(table)))
        {
            yield return $"{entry.Code}: parameter {parameter.Name} is of no known kind or table of terms";
        }

        foreach (var problem in GuideProblems(entry))
        {
            yield return problem;
        }

        foreach (var language in CatalogueReader.Languages)
        {
            if (!entry.Templates.TryGetValue(language, out var template))
            {
                yield return $"{entry.Code}: no {language.Tag()} texts";
                continue;
            }

            foreach (var problem in Problems(template, entry.Parameters))
            {
                yield return $"{entry.Code} {language.Tag()}: {problem}";
            }
        }
    }

    private static IEnumerable<string> GuideProblems(FaultEntry entry)
    {
        if (entry.Guide is not { } guide)
        {
            if (entry.Conditions.Count > 0)
            {
                yield return $"{entry.Code}: stands for conditions, but has no guide";
            }

            yield break;
        }

        foreach (var code in guide.AzureCodes.Where(c => !AzureCodeForm.IsMatch(c)))
        {
            yield return $"{entry.Code}: {code} isn't a code";
        }

        foreach (var language in CatalogueReader.Languages)
        {
            if (string.IsNullOrWhiteSpace(guide.Symptom.GetValueOrDefault(language)) || string.IsNullOrWhiteSpace(guide.Detection.GetValueOrDefault(language)))
            {
                yield return $"{entry.Code} {language.Tag()}: the guide needs a symptom and a detection";
            }

            if (guide.Azure.Count > 0 && string.IsNullOrWhiteSpace(guide.Azure.GetValueOrDefault(language)))
            {
                yield return $"{entry.Code} {language.Tag()}: the guide's advice for Azure isn't in every language";
            }
        }
    }

    private static IEnumerable<string> Problems(FaultTemplate template, IReadOnlyList<FaultParameter> parameters)
    {
        string[] texts = [template.Message, template.Cause, .. template.Actions];
        if (template.Actions.Count == 0 || texts.Any(string.IsNullOrWhiteSpace))
        {
            yield return "a message, a cause and at least one action are needed";
        }

        var used = texts.SelectMany(t => TemplateWriter.Placeholder.Matches(t).Select(m => m.Groups[1].Value)).ToHashSet();
        var declared = parameters.Select(p => p.Name).ToHashSet();
        foreach (var name in used.Except(declared))
        {
            yield return $"parameter {name} isn't declared";
        }

        foreach (var name in declared.Except(used))
        {
            yield return $"parameter {name} isn't used";
        }

        if (texts.Any(t => t.Count(c => c is '{' or '}') != 2 * TemplateWriter.Placeholder.Count(t)))
        {
            yield return "a brace that isn't a parameter's";
        }
    }

    private static IEnumerable<string> Doubles(IEnumerable<FaultEntry> entries, Func<FaultEntry, string> key, string what) =>
        entries.GroupBy(key).Where(g => g.Count() > 1).Select(g => $"{what} {g.Key} is used {g.Count()} times");
}
