using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Faults;

/// <summary>
/// Finds the entries that fit what somebody pasted: a code of ours or of Azure's, or an error text in English or Chinese, whole or cut off,
/// with names in it. Texts about something else find nothing. What it knows of others' texts are codes and single words, never sentences.
/// </summary>
public sealed partial class FaultFinder
{
    private const double ScoreMin = 3;
    private const double CodeScore = 100;
    private const double AzureCodeScore = 80;

    // A score of this much is shown as one half.
    private const double HalfScore = 4;

    private static readonly Lazy<FaultFinder> Embedded = new(() => new(FaultCatalogue.Shared, CatalogueReader.ReadTopics()));

    private readonly Dictionary<string, FaultEntry> byNumber;
    private readonly Dictionary<string, FaultEntry> byCode;
    private readonly ILookup<string, FaultEntry> byAzureCode;
    private readonly TopicIndex topics;
    private readonly MessageIndex messages;

    internal FaultFinder(FaultCatalogue catalogue, TopicFile topicFile)
    {
        byNumber = catalogue.Entries.ToDictionary(e => e.Number.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal);
        byCode = catalogue.Entries.ToDictionary(e => e.Code.Value, StringComparer.OrdinalIgnoreCase);
        byAzureCode = catalogue.Entries.SelectMany(e => (e.Guide?.AzureCodes ?? []).Select(c => (Code: c, Entry: e)))
            .ToLookup(p => p.Code, p => p.Entry, StringComparer.OrdinalIgnoreCase);
        topics = new(topicFile, catalogue);
        messages = new(catalogue);
    }

    /// <summary>The finder on the catalogue that the program carries.</summary>
    public static FaultFinder Shared => Embedded.Value;

    [GeneratedRegex("[A-Za-z][A-Za-z0-9]{5,79}|(?<![0-9A-Za-z])[0-9]{6}(?![0-9A-Za-z])", RegexOptions.CultureInvariant)]
    private static partial Regex Code { get; }

    /// <summary>The entries that fit the text, best first; none where nothing fits well enough.</summary>
    public IReadOnlyList<FaultMatch> Find(string text, int max = 5)
    {
        ArgumentNullException.ThrowIfNull(text);
        var best = new Dictionary<FaultEntry, (double Score, FaultMatchKind By)>();
        void Take(FaultEntry entry, double score, FaultMatchKind by)
        {
            if (score >= ScoreMin && score > best.GetValueOrDefault(entry).Score)
            {
                best[entry] = (score, by);
            }
        }

        // A number of ours is only one if it stands alone: texts are full of numbers.
        if (byNumber.TryGetValue(text.Trim(), out var numbered))
        {
            return [new(numbered, 1, FaultMatchKind.Code)];
        }

        var comparable = new ComparableText(text);
        foreach (var (entry, score) in messages.Find(comparable))
        {
            Take(entry, score, FaultMatchKind.Message);
        }

        foreach (var (entry, score) in topics.Find(comparable))
        {
            Take(entry, score, FaultMatchKind.Topic);
        }

        // Several entries may share a code of Azure's: the rest of the text then decides between them.
        foreach (var code in Code.Matches(text).Select(m => m.Value).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            foreach (var entry in byAzureCode[code])
            {
                Take(entry, AzureCodeScore + Math.Min(best.GetValueOrDefault(entry).Score, CodeScore - AzureCodeScore - 1), FaultMatchKind.Code);
            }

            if (byCode.TryGetValue(code, out var own))
            {
                Take(own, CodeScore, FaultMatchKind.Code);
            }
        }

        return
        [
            .. best.OrderByDescending(b => b.Value.Score).ThenBy(b => b.Key.Number).Take(max)
                .Select(b => new FaultMatch(b.Key, b.Value.Score >= AzureCodeScore ? 1 : Math.Round(b.Value.Score / (b.Value.Score + HalfScore), 2), b.Value.By)),
        ];
    }
}
