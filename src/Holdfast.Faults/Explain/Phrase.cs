namespace Holdfast.Faults;

/// <summary>One way to name a concept: words in which the last may go on (<c>snapshot*</c>), or Han characters.</summary>
internal sealed class Phrase
{
    // The end of a pasted text is often missing: "... couldn't take the snapsho".
    private const int CutLettersMax = 4;
    private const int CutPhraseLengthMin = 5;
    private const int CutTextLengthMin = 20;

    private readonly string text;
    private readonly bool han;

    public Phrase(string pattern)
    {
        han = pattern.Any(ComparableText.IsHan);
        var plain = new ComparableText(pattern.TrimEnd('*'));
        text = han ? plain.Run : pattern.EndsWith('*') ? plain.Words.TrimEnd() : plain.Words;
    }

    public bool IsIn(ComparableText within) => han
        ? within.Run.Contains(text, StringComparison.Ordinal) || IsHanCutIn(within.Run)
        : within.Words.Contains(text, StringComparison.Ordinal) || (within.EndsInWord && IsCutIn(within.Words));

    private bool IsHanCutIn(string run) => text.Length > 1 && run.Length >= CutTextLengthMin && run.EndsWith(text[..^1], StringComparison.Ordinal);

    private bool IsCutIn(string words)
    {
        var phrase = text.TrimEnd();
        for (var cut = 1; cut <= CutLettersMax && phrase.Length - cut > CutPhraseLengthMin && phrase[^cut] != ' '; cut++)
        {
            if (words.AsSpan().TrimEnd().EndsWith(phrase.AsSpan(0, phrase.Length - cut), StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
