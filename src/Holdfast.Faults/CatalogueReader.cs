using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;

namespace Holdfast.Faults;

/// <summary>Reads the embedded catalogue. A catalogue that breaks a rule isn't loaded: all its problems are told at once.</summary>
internal static class CatalogueReader
{
    internal const string ResourcePrefix = "catalogue/";

    private const string ListMark = "[]";

    private const string TermsResource = ResourcePrefix + "terms.json";
    private const string GuidePrefix = "guide/";
    private const string TopicsResource = "explain/topics.json";

    internal static readonly FaultLanguage[] Languages = Enum.GetValues<FaultLanguage>();

    public static FaultCatalogue ReadEmbedded()
    {
        var assembly = typeof(CatalogueReader).Assembly;
        var areas = Resources(assembly, ResourcePrefix).Where(n => n != TermsResource).Select(n => Read(assembly, n, CatalogueJson.Default.CatalogueArea));
        var guides = Resources(assembly, GuidePrefix).SelectMany(n => Read(assembly, n, CatalogueJson.Default.Guides));
        return Build(areas, Read(assembly, TermsResource, CatalogueJson.Default.TermTables), guides);
    }

    internal static TopicFile ReadTopics() => Read(typeof(CatalogueReader).Assembly, TopicsResource, CatalogueJson.Default.TopicFile);

    internal static FaultCatalogue Build(
        IEnumerable<CatalogueArea> areas,
        Dictionary<string, Dictionary<string, Dictionary<string, string>>> termTables,
        IEnumerable<KeyValuePair<string, GuideItem>> guideItems)
    {
        var guides = guideItems.ToDictionary(g => g.Key, g => Guide(g.Value), StringComparer.Ordinal);
        var entries = areas.SelectMany(a => a.Entries.Select(e => Entry(a.Area, e) with { Guide = guides.GetValueOrDefault(e.Code) }))
            .OrderBy(e => e.Number).ToList();
        var problems = CatalogueRules.Problems(entries, [.. termTables.Keys])
            .Concat(guides.Keys.Except(entries.Select(e => e.Code.Value)).Select(code => $"{code}: a guide without an entry")).ToList();
        if (problems.Count > 0)
        {
            throw new InvalidDataException("The fault catalogue is invalid:\n" + string.Join('\n', problems));
        }

        var terms = termTables.ToFrozenDictionary(t => t.Key, t => t.Value.ToFrozenDictionary(
            k => k.Key, k => Languages.ToFrozenDictionary(l => l, l => k.Value[l.Tag()])));
        return new(entries, terms);
    }

    private static IEnumerable<string> Resources(Assembly assembly, string prefix) =>
        assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

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

    private static FaultGuide Guide(GuideItem item) => new(item.AzureCodes, ByLanguage(item.Symptom), ByLanguage(item.Detection), ByLanguage(item.Azure ?? []));

    private static FrozenDictionary<FaultLanguage, string> ByLanguage(Dictionary<string, string> texts) =>
        Languages.Where(l => texts.ContainsKey(l.Tag())).ToFrozenDictionary(l => l, l => texts[l.Tag()]);

    // A kind of its own, or the name of a table of terms; with [] after it a list of them.
    private static FaultParameter Parameter(string name, string kind) =>
        Enum.TryParse<FaultParameterKind>(kind, ignoreCase: true, out var known) && known is not (FaultParameterKind.Term or FaultParameterKind.TermList)
            ? new(name, known)
            : kind.EndsWith(ListMark, StringComparison.Ordinal)
                ? new(name, FaultParameterKind.TermList, kind[..^ListMark.Length])
                : new(name, FaultParameterKind.Term, kind);
}
