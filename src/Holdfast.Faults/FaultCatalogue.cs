using System.Collections.Frozen;

namespace Holdfast.Faults;

/// <summary>Every fault that the user can meet, loaded from the embedded data and validated.</summary>
public sealed class FaultCatalogue
{
    private static readonly Lazy<FaultCatalogue> Embedded = new(CatalogueReader.ReadEmbedded);

    private readonly FrozenDictionary<FaultCode, FaultEntry> byCode;
    private readonly FrozenDictionary<string, FrozenDictionary<string, FrozenDictionary<FaultLanguage, string>>> terms;

    internal FaultCatalogue(
        IReadOnlyList<FaultEntry> entries,
        FrozenDictionary<string, FrozenDictionary<string, FrozenDictionary<FaultLanguage, string>>> terms)
    {
        Entries = entries;
        byCode = entries.ToFrozenDictionary(e => e.Code);
        this.terms = terms;
    }

    /// <summary>The catalogue that the program carries.</summary>
    public static FaultCatalogue Shared => Embedded.Value;

    /// <summary>All entries, ascending by number.</summary>
    public IReadOnlyList<FaultEntry> Entries { get; }

    /// <summary>The entry of a code; null where the catalogue doesn't have it (as data of a newer program may).</summary>
    public FaultEntry? Find(FaultCode code) => byCode.GetValueOrDefault(code);

    /// <summary>The severity of a fault; <see cref="FaultSeverity.Error"/> for an unknown code.</summary>
    public FaultSeverity SeverityOf(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return Find(fault.Code)?.Severity ?? FaultSeverity.Error;
    }

    /// <summary>Writes a fault's texts in a language. Never fails: an unknown code or a missing value is shown as it is.</summary>
    public FaultText Render(Fault fault, FaultLanguage language)
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (Find(fault.Code) is not { } entry)
        {
            return new(language, fault.Code, 0, FaultSeverity.Error, RetryAdvice.Never, null, fault.ToString(), "", []);
        }

        var writer = new TemplateWriter(entry, fault, language, Term);
        var template = entry.Templates[language];
        return new(language, entry.Code, entry.Number, entry.Severity, entry.Retry, entry.RetryAfter,
            writer.Write(template.Message), writer.Write(template.Cause), [.. template.Actions.Select(writer.WriteAction)]);
    }

    /// <summary>A translated term, such as a consistency level; the key itself where there is none.</summary>
    public string Term(string table, string key, FaultLanguage language) =>
        terms.TryGetValue(table, out var keys) && keys.TryGetValue(key, out var texts) ? texts[language] : key;
}
