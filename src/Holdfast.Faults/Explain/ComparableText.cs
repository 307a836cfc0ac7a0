using System.Text;
using System.Text.RegularExpressions;

namespace Holdfast.Faults;

/// <summary>A text in the forms in which it is compared: without case, punctuation, full-width letters and what looks like a name.</summary>
internal sealed partial class ComparableText
{
    /// <summary>Longer texts are cut, so that no text makes the search long.</summary>
    private const int LengthMax = 16_384;

    public ComparableText(string text)
    {
        var plain = Plain(text.Length > LengthMax ? text[..LengthMax] : text);
        Letters = string.Concat(plain.Where(c => char.IsAsciiLetterOrDigit(c) || IsHan(c)));
        plain = Name.Replace(plain, name => name.Groups[1].ValueSpan is "vm" ? " vm " : " ");

        var words = new StringBuilder(" ");
        var run = new StringBuilder();
        foreach (var c in plain)
        {
            var isWord = IsWord(c);
            if (isWord || IsHan(c))
            {
                run.Append(c);
            }
            else if (!char.IsWhiteSpace(c) && (run.Length == 0 || run[^1] != '|'))
            {
                run.Append('|');
            }

            if (isWord || words[^1] != ' ')
            {
                words.Append(isWord ? c : ' ');
            }
        }

        EndsInWord = words[^1] != ' ';
        Words = EndsInWord ? words.Append(' ').ToString() : words.ToString();
        Run = run.ToString();
    }

    /// <summary>The words of Latin letters, each between spaces.</summary>
    public string Words { get; }

    /// <summary>All characters without white space; a bar where punctuation was.</summary>
    public string Run { get; }

    /// <summary>Letters, digits and Han characters alone, names with them.</summary>
    public string Letters { get; }

    /// <summary>Whether the text ends in a Latin word, and so may have been cut within it.</summary>
    public bool EndsInWord { get; }

    // web-07, 2026-11-23, 3f2a9c1e-…: parts with hyphens and a digit. Their words say nothing about the text.
    [GeneratedRegex("(?<![a-z0-9-])(?=[a-z0-9-]*[0-9])([a-z0-9]+)(?:-[a-z0-9]+)+(?![a-z0-9-])", RegexOptions.CultureInvariant)]
    private static partial Regex Name { get; }

    /// <summary>What texts have in common if they say the same: words, and pairs of Han characters.</summary>
    public HashSet<string> Tokens()
    {
        var tokens = new HashSet<string>(Words.Split(' ', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);
        for (var i = 0; i + 1 < Run.Length; i++)
        {
            if (IsHan(Run[i]) && IsHan(Run[i + 1]))
            {
                tokens.Add(Run.Substring(i, 2));
            }
        }

        return tokens;
    }

    public static bool IsHan(char c) => c is >= '\u3400' and <= '\u9fff' or >= '\uf900' and <= '\ufaff';

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '%' or '>';

    private static string Plain(string raw)
    {
        var plain = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            var c = char.ToLowerInvariant(HalfWidth(raw[i]));
            if (c is not ('\'' or '\u2019' or '`'))
            {
                plain.Append(c);
            }
            else if (i + 1 < raw.Length && raw[i + 1] is 's' or 'S' && (i + 2 == raw.Length || !char.IsAsciiLetterOrDigit(raw[i + 2])))
            {
                // "VM's" is the VM, and "can't" one word.
                i++;
            }
        }

        return plain.ToString();
    }

    private static char HalfWidth(char c) => c switch
    {
        >= '\uff01' and <= '\uff5e' => (char)(c - 0xfee0),
        '\u3000' => ' ',
        _ => c,
    };
}
