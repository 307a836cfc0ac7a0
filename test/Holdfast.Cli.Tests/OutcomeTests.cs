using Holdfast.Cli.Commands;
using Holdfast.Cli.Rendering;
using Holdfast.Faults;
using Spectre.Console.Testing;

namespace Holdfast.Cli.Tests;

public sealed class OutcomeTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_fault_with_an_exit_code_of_its_own_is_in_the_catalogue() =>
        Assert.All(ExitCodes.MappedFaults, code => Assert.NotNull(FaultCatalogue.Shared.Find(new(code))));

    [Fact]
    public void Every_exit_code_has_a_meaning() => Assert.All(Enum.GetValues<ExitCode>(), code => Assert.NotEmpty(ExitCodes.Meaning(code)));

    [Theory]
    [InlineData(new[] { 0, 0 }, ExitCode.Done)]
    [InlineData(new[] { 0, 3 }, ExitCode.Degraded)]
    [InlineData(new[] { 0, 1 }, ExitCode.Partial)]
    [InlineData(new[] { 3, 7 }, ExitCode.Partial)]
    [InlineData(new[] { 7 }, ExitCode.Busy)]
    [InlineData(new[] { 7, 7 }, ExitCode.Busy)]
    [InlineData(new[] { 1, 7 }, ExitCode.Failed)]
    [InlineData(new[] { 0, 130 }, ExitCode.Cancelled)]
    public void Several_outcomes_give_one_exit_code(int[] codes, ExitCode expected) =>
        Assert.Equal(expected, BackupCommand.Overall([.. codes.Select(c => (ExitCode)c)]));

    [Fact]
    public async Task A_degraded_backup_has_its_own_exit_code_and_says_why()
    {
        var cli = new Cli { Engine = { Backup = vm => FakeEngine.Result(vm, degraded: true) } };
        Assert.Equal(ExitCode.Degraded, await cli.RunAsync("backup web1 --output json", Ct));
        var result = cli.Json.GetProperty("results")[0];
        Assert.Equal("warning", result.GetProperty("outcome").GetString());
        Assert.Equal("UserErrorGuestAgentStatusUnavailable", result.GetProperty("warnings")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task One_failing_vm_does_not_keep_the_others_from_being_backed_up()
    {
        var cli = new Cli
        {
            Engine = { Backup = vm => vm == FakeEngine.Uuid(2) ? throw BackupFaults.OperationInProgress("web2", "backup").ToException() : FakeEngine.Result(vm, false) },
        };
        Assert.Equal(ExitCode.Partial, await cli.RunAsync("backup --all --output json", Ct));
        Assert.Equal(["succeeded", "failed", "succeeded"], cli.Json.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("outcome").GetString()));
        Assert.Equal("UserErrorBackupOperationInProgress", cli.Json.GetProperty("results")[1].GetProperty("fault").GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_json_of_a_backup_has_exactly_its_documented_members()
    {
        var cli = new Cli();
        Assert.Equal(ExitCode.Done, await cli.RunAsync("backup web1 --output json", Ct));
        Assert.Equal(
            ["vm", "uuid", "outcome", "point", "created", "consistency", "degraded", "frozenMilliseconds", "disks", "skipped", "readBytes", "newBytes", "storedBytes", "seconds", "times", "warnings", "fault"],
            cli.Json.GetProperty("results")[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal("fileSystem", cli.Json.GetProperty("results")[0].GetProperty("consistency").GetString());
        Assert.Equal("1970-01-01T00:00:00+00:00", cli.Json.GetProperty("results")[0].GetProperty("created").GetString());
    }

    [Fact]
    public async Task A_cancelled_command_ends_with_130()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var cli = new Cli();
        Assert.Equal(ExitCode.Cancelled, await cli.RunAsync("backup web1", cancelled.Token));
        Assert.Contains("HoldfastCancelled", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_is_explained_in_the_language_asked_for_and_also_given_in_json()
    {
        var cli = new Cli();
        Assert.Equal(ExitCode.NotFound, await cli.RunAsync("vm show nobody --lang zh-TW --output json", Ct));
        Assert.Contains("找不到 VM「nobody」", cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("    1. ", cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("UserErrorVmNotFoundV2", cli.Json.GetProperty("fault").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_surprise_is_logged_whole_and_named_by_an_activity_id()
    {
        var state = Directory.CreateTempSubdirectory("holdfast-cli-");
        Environment.SetEnvironmentVariable("HOLDFAST_STATE", state.FullName);
        try
        {
            var cli = new Cli { Engine = { Backup = _ => throw new InvalidOperationException("boom") } };
            Assert.Equal(ExitCode.Failed, await cli.RunAsync("backup web1 --output json", Ct));
            var fault = cli.Json.GetProperty("results")[0].GetProperty("fault");
            var log = await File.ReadAllTextAsync(Path.Combine(state.FullName, "errors.log"), Ct);
            Assert.Contains(fault.GetProperty("parameters").GetProperty("activityId").GetString()!, log, StringComparison.Ordinal);
            Assert.Contains("InvalidOperationException: boom", log, StringComparison.Ordinal);
            Assert.DoesNotContain("boom", cli.Out.ToString() + cli.Error, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("HOLDFAST_STATE", null);
            state.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("points list", "0000002a000000000000000000000000")]
    [InlineData("points prune web1 --keep-last 1 --dry-run", "0000002a000000000000000000000000")]
    [InlineData("vm list", "connected")]
    [InlineData("vm show web1", "/images/web1")]
    public async Task A_table_breaks_nothing_however_narrow_the_terminal_is(string line, string whole)
    {
        using var narrow = new TestConsole();
        narrow.Profile.Width = 40;
        var cli = new Cli { OutIsTerminal = true, Asked = narrow };
        Assert.Equal(ExitCode.Done, await cli.RunAsync(line, Ct));
        var said = cli.Out + narrow.Output;
        Assert.Contains(whole, said, StringComparison.Ordinal);
        Assert.DoesNotContain("…", said, StringComparison.Ordinal);
        Assert.All(said.Split('\n'), l => Assert.Equal(l.TrimEnd(), l));
    }

    [Theory]
    [InlineData("web1", "virsh domjobinfo web1")]
    [InlineData("hunt b é", "virsh domjobinfo 'hunt b é'")]
    [InlineData("a'; rm -rf b", @"virsh domjobinfo 'a'\''; rm -rf b'")]
    public void An_advised_command_can_be_pasted_whatever_the_name_is(string vm, string command)
    {
        var fault = BackupFaults.DomainJobActive(vm, "backup");
        Assert.All(
            [FaultLanguage.English, FaultLanguage.TraditionalChinese],
            language =>
            {
                var text = FaultCatalogue.Shared.Render(fault, language);
                Assert.Contains(text.Actions, a => a.Contains(command, StringComparison.Ordinal));
                Assert.DoesNotContain(@"'\''", text.Message, StringComparison.Ordinal);
            });
    }

    [Fact]
    public async Task Names_from_elsewhere_cannot_drive_the_terminal()
    {
        var cli = new Cli();
        cli.Engine.Vms.Add(FakeEngine.Vm("evil\u001b[2J", 9));
        await cli.RunAsync("vm list", Ct);
        Assert.DoesNotContain('\u001b', cli.Out.ToString());
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(1048575, "1 MiB")]
    [InlineData(1099511627776, "1 TiB")]
    public void Sizes_are_shown_in_iec_units(long bytes, string expected) => Assert.Equal(expected, Figures.Size(bytes));
}
