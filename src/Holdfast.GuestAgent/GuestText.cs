using System.Globalization;
using System.Text;

namespace Holdfast.GuestAgent;

/// <summary>Makes text from a guest safe to show on a terminal, in a log or in a browser (INV-2).</summary>
public static class GuestText
{
    private const char Replacement = '\uFFFD';

    /// <summary>Replaces what could steer a terminal or disguise text (control, format, bidirectional, lone surrogates) and cuts at a length.</summary>
    /// <param name="text">The guest's text.</param>
    /// <param name="charsMax">The longest result, ellipsis included.</param>
    public static string Clean(string text, int charsMax)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(charsMax);
        var clean = new StringBuilder(Math.Min(text.Length, charsMax));
        foreach (var rune in text.EnumerateRunes())
        {
            var safe = IsSafe(rune) ? rune : new Rune(Replacement);
            if (clean.Length + safe.Utf16SequenceLength > charsMax)
            {
                clean.Length = Math.Min(clean.Length, charsMax - 1);
                if (clean.Length > 0 && char.IsHighSurrogate(clean[^1]))
                    clean.Length--;
                return clean.Append('\u2026').ToString();
            }
            clean.Append(safe.ToString());
        }
        return clean.ToString();
    }

    /// <summary>As <see cref="Clean"/> for text of several lines: line feeds stay, carriage returns before them go.</summary>
    public static string CleanLines(string text, int charsMax)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        var joined = string.Join('\n', lines.Select(line => line.Length == 0 ? line : Clean(line, charsMax)));
        return joined.Length <= charsMax ? joined : string.Concat(joined.AsSpan(0, charsMax - 1), "\u2026");
    }

    private static bool IsSafe(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
