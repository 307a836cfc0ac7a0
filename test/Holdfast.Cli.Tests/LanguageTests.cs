using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Cli.Reference;
using Holdfast.Faults;
using Holdfast.Protection.Health;
using Holdfast.Protection.Health.Remedies;

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

    [Theory]
    [InlineData("none", "無")]
    [InlineData("17 allowed", "允許 17 個")]
    [InlineData("2 of holdfast, 0 of others", "holdfast 的 2 個，其他的 0 個")]
    [InlineData("/proc/mounts can't be read", "無法讀取 /proc/mounts")]
    [InlineData("192.0.2.7, not reserved", "192.0.2.7，未保留")]
    [InlineData("Restart the service SQLWriter in 'web$1 (old)'.", "重新啟動 'web$1 (old)' 中的服務 SQLWriter。")]
    [InlineData("450 of 500 MiB", "500 MiB 中的 450 MiB")]
    [InlineData("109.0.0, 107.0.1 runs", "109.0.0，執行中的是 107.0.1")]
    [InlineData("something a guest said", "something a guest said")]
    public void What_a_check_found_is_told_in_the_language_with_its_values(string english, string chinese)
    {
        Assert.Equal(chinese, CliWords.Sentence(FaultLanguage.TraditionalChinese, english));
        Assert.Equal(english, CliWords.Sentence(FaultLanguage.English, english));
    }

    [Fact]
    public void Every_remedy_says_what_it_will_do_in_the_language()
    {
        var vm = new HealthSubject("vm", "web1", Guid.NewGuid());
        var faults = FaultCatalogue.Shared.Entries.Select(e => Fault.FromStored(e.Code.Value, e.Parameters.ToDictionary(p => p.Name, _ => "v1")));
        var said = faults.Select(f => RemedyPlan.For(vm, f).WillDo).Where(w => w.Length > 0).Distinct().ToList();
        Assert.True(said.Count >= 6, string.Join('\n', said));
        Assert.All(said, w => Assert.Contains(CliWords.Sentence(FaultLanguage.TraditionalChinese, w), c => c > 0x3000));
    }

    [Fact]
    public void A_word_without_a_translation_stays_english() => Assert.Equal("unheard of", CliWords.In(FaultLanguage.TraditionalChinese, "unheard of"));
}
