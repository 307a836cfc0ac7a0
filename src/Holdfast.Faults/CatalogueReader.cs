using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;

namespace Holdfast.Faults;

/// <summary>Reads the embedded catalogue. A catalogue that breaks a rule isn't loaded: all its problems are told at once.</summary>
internal static class CatalogueReader
{
    internal const string ResourcePrefix = "catalogue/";

    private const string TermsResource = ResourcePrefix + "terms.json";

    internal static readonly FaultLanguage[] Languages = Enum.GetValues<FaultLanguage>();

    public static FaultCatalogue ReadEmbedded()
    {
        var assembly = typeof(CatalogueReader).Assembly;
        var areas = assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal) && n != TermsResource)
            .Order(StringComparer.Ordinal)
            .Select(n => Read(assembly, n, CatalogueJson.Default.CatalogueArea));
        return Build(areas, Read(assembly, TermsResource, CatalogueJson.Default.TermTables));
    }

    internal static FaultCatalogue Build(
        IEnumerable<CatalogueArea> areas, Dictionary<string, Dictionary<string, Dictionary<string, string>>> termTables)
    {
        var entries = areas.SelectMany(a => a.Entries.Select(e => Entry(a.Area, e))).OrderBy(e => e.Number).ToList();
        var problems = CatalogueRules.Problems(entries, [.. termTables.Keys]).ToList();
        if (problems.Count > 0)
        {
            throw new InvalidDataException("The fault catalogue is invalid:\n" + string.Join('\n', problems));
        }

        var terms = termTables.ToFrozenDictionary(t => t.Key, t => t.Value.ToFrozenDictionary(
            k => k.Key, k => Languages.ToFrozenDictionary(l => l, l => k.Value[l.Tag()])));
        return new(entries, terms);
    }

    private static T Read<T>(Assembly assembly, string resource, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        using var stream = assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidDataException($"The catalogue's resource {resource} is missing.");
        return JsonSerializer.Deserialize(stream, type) ?? throw new InvalidDataException($"{resource} is empty.");
    }

    private static FaultEntry Entry(string area, CatalogueItem item) => new(
        new(item.Code), item.Number, area, item.Severity, item.Retry,
        item.RetryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        [.. item.Parameters.Select(p => Parameter(p.Key, p.Value))],
        item.Conditions,
        Languages.Where(l => item.Texts.ContainsKey(l.Tag())).ToFrozenDictionary(l => l, l => item.Texts[l.Tag()]));

    private static FaultParameter Parameter(string name, string kind) =>
        Enum.TryParse<FaultParameterKind>(kind, ignoreCase: true, out var known) && known != FaultParameterKind.Term
            ? new(name, known)
            : new(name, FaultParameterKind.Term, kind);
}
