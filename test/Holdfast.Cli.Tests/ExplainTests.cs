namespace Holdfast.Cli.Tests;

public sealed class ExplainTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_entries_that_fit_come_best_first_with_what_to_do()
    {
        var cli = new Cli();
        Assert.Equal(ExitCode.Done, await cli.RunAsync("explain VM agent of web1 is not responding --output json", Ct));
        var best = cli.Json.GetProperty("matches")[0];
        Assert.Equal("GuestAgentSnapshotTaskStatusError", best.GetProperty("fault").GetProperty("code").GetString());
        Assert.Equal("topic", best.GetProperty("by").GetString());
        Assert.InRange(best.GetProperty("score").GetDouble(), 0.4, 1);
        Assert.NotEmpty(best.GetProperty("fault").GetProperty("actions").EnumerateArray());
    }

    [Fact]
    public async Task A_text_is_read_from_standard_input()
    {
        var cli = new Cli { In = new StringReader("holdfast[12]: error [UserErrorFsFreezeFailed]: a file system couldn't be frozen\n") };
        Assert.Equal(ExitCode.Done, await cli.RunAsync("explain -", Ct));
        Assert.StartsWith("warning [UserErrorFsFreezeFailed] 3006:", cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_about_something_else_finds_nothing_and_the_exit_code_says_so()
    {
        var cli = new Cli();
        Assert.Equal(ExitCode.NotFound, await cli.RunAsync("explain paper jam in the printer", Ct));
        Assert.Empty(cli.Out.ToString());
        Assert.Contains("HoldfastNothingExplains", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_are_shown_than_asked_for()
    {
        var cli = new Cli();
        await cli.RunAsync("explain ExtensionSnapshotFailedNoNetwork --max 2 --output json", Ct);
        Assert.Equal(2, cli.Json.GetProperty("matches").GetArrayLength());
        Assert.Equal(ExitCode.Usage, await new Cli().RunAsync("explain x --max 0", Ct));
    }
}
