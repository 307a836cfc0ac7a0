using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Cli.Reference;
using Holdfast.Faults;

namespace Holdfast.Cli.Tests;

public sealed class LanguageTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("--lang zh-TW", "")]
    [InlineData("", "zh_TW.UTF-8")]
    public async Task Help_follows_the_option_and_the_environment(string option, string locale)
    {
        var cli = new Cli { Variables = { ["LANG"] = locale } };
        Assert.Equal(ExitCode.Done, await cli.RunAsync("explain --help " + option, Ct));
        var help = cli.Out.ToString();
        Assert.All(["說明：", "用法：", "引數：", "選項：", "範例：", "結束代碼：", "解釋錯誤的意義"], part => Assert.Contains(part, help, StringComparison.Ordinal));
        Assert.All(["Description:", "Usage:", "Options:", "Show help"], part => Assert.DoesNotContain(part, help, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_language_help_is_english()
    {
        var cli = new Cli();
        await cli.RunAsync("explain --help", Ct);
        Assert.DoesNotContain(cli.Out.ToString(), c => c == '：');
    }

    [Fact]
    public void Commands_options_and_exit_codes_of_the_troubleshooting_have_chinese_words()
    {
        var app = new CliApp(new Terminal { Out = TextWriter.Null, Error = TextWriter.Null }, new FakeEngine());
        var commands = CommandWalk.Leaves(app.Root).Select(l => l.Command).Where(c => c.Name == "explain" || c.Parents.Any(p => p.Name == "faults")).ToList();
        var words = commands.Select(c => c.Description!).Concat(commands.SelectMany(c => c.Arguments.Select(a => a.Description!)))
            .Concat(commands.SelectMany(CommandWalk.Options).Concat(CommandWalk.Options(app.Root)).Select(o => o.Description!))
            .Concat(Enum.GetValues<ExitCode>().Select(ExitCodes.Meaning));
        Assert.Empty(words.Except(CliWords.Translated).ToList());
    }

    [Fact]
    public async Task Tables_and_entries_have_headings_of_the_language()
    {
        var cli = new Cli();
        await cli.RunAsync("faults list --condition B24 --lang zh-TW", Ct);
        Assert.Contains("嚴重性", cli.Out.ToString(), StringComparison.Ordinal);
        cli = new Cli();
        await cli.RunAsync("explain UserErrorFsFreezeFailed --lang zh-TW", Ct);
        Assert.All(["徵兆：", "原因：", "建議動作：", "Holdfast 的偵測方式："], part => Assert.Contains(part, cli.Out.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_word_without_a_translation_stays_english() => Assert.Equal("unheard of", CliWords.In(FaultLanguage.TraditionalChinese, "unheard of"));
}
