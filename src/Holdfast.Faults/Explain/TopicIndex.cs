namespace Holdfast.Faults;

/// <summary>Finds entries by what a text is about, in English or Chinese.</summary>
internal sealed class TopicIndex
{
    // A concept that makes a topic likelier counts less than one that it needs; one of a neighbour counts against it.
    private const double AlsoShare = 0.4;
    private const double UnlessShare = 0.8;

    // How much less likely each further entry of a topic is.
    private const double NextEntryLoss = 0.15;

    private readonly Dictionary<string, Phrase[]> concepts;
    private readonly Topic[] topics;
    private readonly Dictionary<string, double> weights;

    public TopicIndex(TopicFile file, FaultCatalogue catalogue)
    {
        concepts = file.Concepts.ToDictionary(c => c.Key, c => c.Value.Select(p => new Phrase(p)).ToArray(), StringComparer.Ordinal);
        topics =
        [
            .. file.Topics.Select(t => new Topic(
                [.. t.Entries.Select(e => catalogue.Find(new(e)) ?? throw new InvalidDataException($"A topic names {e}, which isn't in the catalogue."))],
                [.. t.Any.Select(Split)], Split(t.Also), Split(t.Unless))),
        ];
        if (topics.SelectMany(t => t.All).FirstOrDefault(c => !concepts.ContainsKey(c)) is { } unknown)
        {
            throw new InvalidDataException($"A topic names the concept {unknown}, which has no words.");
        }

        // A concept of few topics tells more than one of many.
        var uses = topics.SelectMany(t => t.Alternatives.SelectMany(a => a).Concat(t.Also).Distinct()).CountBy(c => c).ToDictionary(StringComparer.Ordinal);
        weights = concepts.Keys.ToDictionary(c => c, c => Math.Log(1 + (topics.Length / (double)uses.GetValueOrDefault(c, 1))), StringComparer.Ordinal);
    }

    /// <summary>The entries that fit, with a score above 0; an entry may come more than once.</summary>
    public IEnumerable<(FaultEntry Entry, double Score)> Find(ComparableText text)
    {
        var found = concepts.Where(c => c.Value.Any(p => p.IsIn(text))).Select(c => c.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var topic in topics)
        {
            var needed = topic.Alternatives.Where(a => a.All(found.Contains)).SelectMany(a => a).ToHashSet(StringComparer.Ordinal);
            if (needed.Count == 0)
            {
                continue;
            }

            var score = Weight(needed) + (AlsoShare * Weight(topic.Also.Where(c => found.Contains(c) && !needed.Contains(c))))
                - (UnlessShare * Weight(topic.Unless.Where(found.Contains)));
            for (var i = 0; i < topic.Entries.Length; i++)
            {
                yield return (topic.Entries[i], score * (1 - (NextEntryLoss * i)));
            }
        }
    }

    private double Weight(IEnumerable<string> names) => names.Sum(c => weights[c]);

    private static string[] Split(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private sealed record Topic(FaultEntry[] Entries, string[][] Alternatives, string[] Also, string[] Unless)
    {
        public IEnumerable<string> All => Alternatives.SelectMany(a => a).Concat(Also).Concat(Unless);
    }
}
