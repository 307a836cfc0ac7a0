using System.CommandLine;
using System.Text.Json;
using Holdfast.Faults;

namespace Holdfast.Cli.Localization;

/// <summary>The command's own words in the languages of the catalogue, by their English form; what has no translation stays English.</summary>
internal static class CliWords
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Chinese = new(Read);

    /// <summary>The words that have a translation.</summary>
    public static IEnumerable<string> Translated => Chinese.Value.Keys;

    public static string In(FaultLanguage language, string english) =>
        language == FaultLanguage.TraditionalChinese ? Chinese.Value.GetValueOrDefault(english, english) : english;

    /// <summary>Puts what the help of a command shows into a language.</summary>
    public static void Translate(Command command, FaultLanguage language)
    {
        IEnumerable<Symbol> own = [command, .. command.Arguments, .. command.Options, .. command.Subcommands];
        var inherited = command.Parents.OfType<Command>().SelectMany(p => p.Options.Where(o => o.Recursive));
        foreach (var symbol in own.Concat(inherited).Where(s => s.Description is not null))
        {
            symbol.Description = In(language, symbol.Description!);
        }
    }

    private static Dictionary<string, string> Read()
    {
        using var stream = typeof(CliWords).Assembly.GetManifestResourceStream("localization/zh-TW.json")
            ?? throw new InvalidDataException("The Chinese words are missing.");
        return JsonSerializer.Deserialize(stream, WordsJson.Default.DictionaryStringString) ?? [];
    }
}
