namespace Holdfast.Faults;

/// <summary>Finds entries by their own messages: whole with any values in them, or cut off or changed a little.</summary>
internal sealed class MessageIndex
{
    // Of a whole message so many letters must be its own, counted from all between its values; a Han character says more than a letter.
    private const double OwnLettersMin = 14;
    private const double HanLetters = 2.5;
    private const double WholeScore = 20;
    private const double ScorePerLetter = 0.05;

    // Of a changed message: the share of its words that the text has, and the share of the text's that it has.
    private const double ShareOfMessageMin = 0.75;
    private const double ShareOfCutMessageMin = 0.45;
    private const double ShareOfTextMin = 0.75;
    private const double ShareOfLongTextMin = 0.3;
    private const int LatinTokensMin = 4;
    private const int HanTokensMin = 7;
    private const double CommonWeightMin = 12;

    private readonly List<Message> messages = [];
    private readonly Dictionary<string, double> weights;
    private readonly double weightOfUnknown;

    public MessageIndex(FaultCatalogue catalogue)
    {
        foreach (var entry in catalogue.Entries)
        {
            foreach (var template in entry.Templates.Values)
            {
                var parts = TemplateWriter.Placeholder.Split(template.Message).Where((_, i) => i % 2 == 0).Select(p => new ComparableText(p)).ToList();
                var tokens = parts.SelectMany(p => p.Tokens()).ToHashSet(StringComparer.Ordinal);
                var letters = parts.Sum(p => p.Letters.Sum(c => ComparableText.IsHan(c) ? HanLetters : 1));
                messages.Add(new(entry, [.. parts.Select(p => p.Letters).Where(l => l.Length > 0)], tokens, letters));
            }
        }

        weightOfUnknown = Math.Log(1 + messages.Count);
        weights = messages.SelectMany(m => m.Tokens).CountBy(t => t)
            .ToDictionary(t => t.Key, t => Math.Log(1 + (messages.Count / (double)t.Value)), StringComparer.Ordinal);
    }

    public IEnumerable<(FaultEntry Entry, double Score)> Find(ComparableText text)
    {
        var tokens = text.Tokens();
        var total = Weight(tokens);
        foreach (var message in messages)
        {
            if (message.OwnLetters >= OwnLettersMin && IsWhole(message, text))
            {
                yield return (message.Entry, WholeScore + (ScorePerLetter * message.OwnLetters));
                continue;
            }

            var common = message.Tokens.Where(tokens.Contains).ToList();
            if (common.Count < (common.Any(t => ComparableText.IsHan(t[0])) ? HanTokensMin : LatinTokensMin) || Weight(common) < CommonWeightMin)
            {
                continue;
            }

            var ofMessage = Weight(common) / Weight(message.Tokens);
            var ofText = Weight(common) / total;
            if ((ofMessage >= ShareOfMessageMin && ofText >= ShareOfLongTextMin) || (ofMessage >= ShareOfCutMessageMin && ofText >= ShareOfTextMin))
            {
                yield return (message.Entry, WholeScore * ofMessage * Math.Max(ofMessage, ofText));
            }
        }
    }

    // What stands between a message's values, in order.
    private static bool IsWhole(Message message, ComparableText text)
    {
        var at = 0;
        foreach (var part in message.Parts)
        {
            var found = text.Letters.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + part.Length;
        }

        return true;
    }

    private double Weight(IEnumerable<string> tokens) => tokens.Sum(t => weights.GetValueOrDefault(t, weightOfUnknown));

    private sealed record Message(FaultEntry Entry, string[] Parts, HashSet<string> Tokens, double OwnLetters);
}
