using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using Holdfast.Faults;

namespace Holdfast.Cli.Localization;

/// <summary>The command's own words in the languages of the catalogue, by their English form; what has no translation stays English.</summary>
internal static partial class CliWords
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Chinese = new(Read);

    // Cells of other columns are names, notes and figures: a VM that is called "running" keeps its name.
    private static readonly HashSet<string> ColumnsOfWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "state", "consistency", "kept", "frozen", "tracked", "how", "why", "kind", "agent", "vm agent", "operation", "status", "outcome", "step", "soft delete",
        "immutability", "unique", "stored", "points",
    };

    // What the library's help puts into lines of the commands' own words.
    private static readonly string[] HelpMarks = ["(REQUIRED)", "[options]", "[command]", "[default: "];

    // Longest first: a form with more words of its own fits better. Without backtracking: what is matched may come from a guest.
    private static readonly Lazy<IReadOnlyList<(Regex English, string Chinese)>> Forms = new(() =>
    [
        .. Chinese.Value.Where(w => w.Key.Contains("{0}", StringComparison.Ordinal)).OrderByDescending(w => w.Key.Length).Select(w => (
            new Regex("^" + Place().Replace(Regex.Escape(w.Key).Replace("\\{", "{", StringComparison.Ordinal), "(?<p$1>.+?)") + "$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking),
            w.Value)),
    ]);

    /// <summary>The words that have a translation.</summary>
    public static IEnumerable<string> Translated => Chinese.Value.Keys;

    public static string In(FaultLanguage language, string english) =>
        language == FaultLanguage.TraditionalChinese ? Chinese.Value.GetValueOrDefault(english, english) : english;

    /// <summary>A sentence with values in it, such as what a check found: by the form with {0}, {1} that it has.</summary>
    public static string Sentence(FaultLanguage language, string english)
    {
        if (language != FaultLanguage.TraditionalChinese || Chinese.Value.ContainsKey(english))
            return In(language, english);
        foreach (var (form, chinese) in Forms.Value)
        {
            if (form.Match(english) is { Success: true } fits)
                return Place().Replace(chinese, place => fits.Groups["p" + place.Groups[1].Value].Value);
        }

        return english;
    }

    /// <summary>A cell of a table, or a value by its name: translated where it is of the program's own words.</summary>
    public static string Cell(FaultLanguage language, string heading, string english)
    {
        if (language != FaultLanguage.TraditionalChinese || !ColumnsOfWords.Contains(heading))
            return english;

        // A list, such as the rules that keep a point; or a sentence that has a comma in it.
        var parts = english.Split(", ").Select(part => (English: part, Chinese: Sentence(language, part))).ToList();
        return parts.TrueForAll(p => p.Chinese != p.English) ? string.Join("、", parts.Select(p => p.Chinese)) : Sentence(language, english);
    }

    /// <summary>A line that the library's help wrote, its headings and marks in a language.</summary>
    public static string HelpLine(FaultLanguage language, string line) =>
        HelpMarks.Aggregate(In(language, line), (text, mark) => text.Replace(mark, In(language, mark), StringComparison.Ordinal));

    /// <summary>Puts what the help of a command shows into a language.</summary>
    public static void Translate(Command command, FaultLanguage language)
    {
        IEnumerable<Symbol> own = [command, .. command.Arguments, .. command.Options, .. command.Subcommands];
        var inherited = Above(command).SelectMany(p => p.Options.Where(o => o.Recursive));
        foreach (var symbol in own.Concat(inherited).Where(s => s.Description is not null))
        {
            symbol.Description = In(language, symbol.Description!);
        }
    }

    // The options of every command are the root's: two levels above most commands, three above the keys'.
    private static IEnumerable<Command> Above(Command command) => command.Parents.OfType<Command>().SelectMany(p => Above(p).Prepend(p));

    [GeneratedRegex(@"\{(\d)\}")]
    private static partial Regex Place();

    private static Dictionary<string, string> Read()
    {
        using var stream = typeof(CliWords).Assembly.GetManifestResourceStream("localization/zh-TW.json")
            ?? throw new InvalidDataException("The Chinese words are missing.");
        return JsonSerializer.Deserialize(stream, WordsJson.Default.DictionaryStringString) ?? [];
    }
}
