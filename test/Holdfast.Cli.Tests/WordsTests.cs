using System.CommandLine;
using System.Text.RegularExpressions;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Cli.Reference;
using Holdfast.Faults;

namespace Holdfast.Cli.Tests;

/// <summary>That nothing which a person reads is left without a translation, and that no translation is left without what it was of.</summary>
public sealed partial class WordsTests
{
    // What the help library, libvirt and Azure say isn't written in this program.
    private static readonly string[] OfOthers = ["Description:", "Usage:", "Arguments:", "Options:", "Commands:", "(REQUIRED)", "[options]", "[command]", "[default: ", "Show version information"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_command_option_and_argument_is_described_in_chinese()
    {
        var words = Everything(NewApp().Root).Select(s => s.Description).OfType<string>().Concat(Enum.GetValues<ExitCode>().Select(ExitCodes.Meaning));
        Assert.Empty(words.Except(CliWords.Translated).ToList());
    }

    [Fact]
    public void No_chinese_word_is_left_of_an_english_one_that_is_no_more()
    {
        var described = Everything(NewApp().Root).Select(s => s.Description).OfType<string>().Concat(OfOthers).ToHashSet();

        // A sentence may be put together of several literals, with one of several phrases in a place.
        var source = Literals().Replace(string.Concat(Sources("src").Select(File.ReadAllText)), "").Replace("\\\"", "\"", StringComparison.Ordinal);
        var unused = CliWords.Translated.Where(w => !described.Contains(w))
            .Where(w => Places().Split(w).Any(part => !IsThere(part) && !IsThere(Pascal(part)) && !InTwo(part).Any(t => IsThere(t.First) && IsThere(t.Second))));
        Assert.Empty(unused.ToList());

        bool IsThere(string text) => source.Contains(text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_heading_of_a_table_and_every_name_of_a_value_has_a_chinese_word()
    {
        var headings = new List<string>();
        foreach (var text in Sources("src/Holdfast.Cli").Select(File.ReadAllText))
        {
            headings.AddRange(Tables().Matches(text).SelectMany(m => Quoted().Matches(m.Groups[1].Value)).Select(q => q.Groups[1].Value));
            headings.AddRange(Pairs().Matches(text).SelectMany(m => Named().Matches(m.Value)).Select(n => n.Groups[1].Value));
        }

        Assert.True(headings.Count > 100, $"{headings.Count} headings were found");
        Assert.Empty(headings.Where(h => h.Length > 0).Except(CliWords.Translated).ToList());
    }

    [Fact]
    public async Task The_help_of_every_command_is_all_chinese()
    {
        foreach (var (name, _) in CommandWalk.Leaves(NewApp().Root))
        {
            var cli = new Cli();
            Assert.Equal(ExitCode.Done, await cli.RunAsync(name["holdfast ".Length..] + " --help --lang zh-TW", Ct));
            var help = cli.Out.ToString().Split("範例：")[0];
            var english = help.Split('\n').Where(line => line.StartsWith("  -", StringComparison.Ordinal) && !line.Any(IsChinese));
            Assert.Empty(english.ToList());
            Assert.All(["(REQUIRED)", "[options]", "[default"], mark => Assert.DoesNotContain(mark, help, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("points show web1")]
    [InlineData("points list")]
    [InlineData("points protect web1 --point 3f0c2a --until 2030-12-31")]
    [InlineData("points protect web1 --point 3f0c2a --off")]
    [InlineData("points delete web1 --point 3f0c2a --yes")]
    [InlineData("points prune web1 --keep-last 1 --dry-run")]
    [InlineData("backup web1")]
    [InlineData("verify --all")]
    [InlineData("vault info")]
    [InlineData("vault lock --days 30")]
    [InlineData("vault gc")]
    [InlineData("vault stats")]
    [InlineData("vault scrub")]
    [InlineData("vault rebuild-index")]
    [InlineData("vault key list")]
    [InlineData("vm list")]
    [InlineData("vm show web1")]
    public async Task What_a_command_writes_is_chinese_line_by_line(string line)
    {
        var cli = new Cli { Variables = { ["HOLDFAST_PASSPHRASE"] = "correct horse battery" } };
        Assert.True(await cli.RunAsync(line + " --lang zh-TW", Ct) is ExitCode.Done or ExitCode.Damage);
        var lines = cli.Out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.True(lines[0].Any(IsChinese), lines[0]);
        Assert.DoesNotContain(lines, l => English().IsMatch(l));
    }

    [Theory]
    [InlineData("Kept", "until 2030-12-31 00:00:00 +00:00", "到 2030-12-31 00:00:00 +00:00 為止")]
    [InlineData("why", "last 1, daily 2026-11-23", "最新的第 1 個、每日 2026-11-23")]
    [InlineData("Immutability", "points stay 30 days, not locked: this can be taken back", "復原點保留 30 天，未鎖定：可以取消")]
    [InlineData("Consistency", "crash (UserErrorFsFreezeFailed)", "損毀一致（UserErrorFsFreezeFailed）")]
    [InlineData("Note", "running", "running")]
    [InlineData("name", "disk", "disk")]
    public void A_cell_is_translated_where_its_column_holds_words_of_the_program(string heading, string english, string chinese)
    {
        Assert.Equal(chinese, CliWords.Cell(FaultLanguage.TraditionalChinese, heading, english));
        Assert.Equal(english, CliWords.Cell(FaultLanguage.English, heading, english));
    }

    private static CliApp NewApp() => new(new Terminal { Out = TextWriter.Null, Error = TextWriter.Null }, new FakeEngine());

    private static IEnumerable<Symbol> Everything(Command command) => command.Hidden ? [] :
        new Symbol[] { command }.Concat(command.Arguments).Concat(command.Options.Where(o => !o.Hidden)).Concat(command.Subcommands.SelectMany(Everything));

    private static bool IsChinese(char c) => c > 0x2e80;

    private static IEnumerable<(string First, string Second)> InTwo(string text) =>
        Enumerable.Range(0, text.Length).Where(i => text[i] == ' ').Select(i => (text[..i], text[i..].TrimStart()));

    // Enumerations are written as words: "file-systems" for FileSystems.
    private static string Pascal(string kebab) => string.Concat(kebab.Split('-').Select(w => w.Length == 0 ? w : char.ToUpperInvariant(w[0]) + w[1..]));

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(Path.Combine(Root(), folder), "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));

    private static string Root()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Holdfast.slnx")))
        {
            root = Path.GetDirectoryName(root)!;
        }

        return root;
    }

    [GeneratedRegex("\"\\s*\\+\\s*\\$?\"")]
    private static partial Regex Literals();

    [GeneratedRegex(@"\{\d\}|[(),;:.?]\s*")]
    private static partial Regex Places();

    [GeneratedRegex(@"eport\.Table\(\s*\[(.*?)\],", RegexOptions.Singleline)]
    private static partial Regex Tables();

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"eport\.Pairs\(.*?\]\);", RegexOptions.Singleline)]
    private static partial Regex Pairs();

    [GeneratedRegex("\\(\"([A-Z][^\"]*)\", ")]
    private static partial Regex Named();

    // Two English words in a row: names, codes and figures stand alone.
    [GeneratedRegex(@"\b[a-z]{2,} [a-z]{2,}\b")]
    private static partial Regex English();
}
