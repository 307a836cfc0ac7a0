using Holdfast.Protection.Backup;
using Holdfast.Vault;

namespace Holdfast.Cli.Tests;

public sealed class CommandLineTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("backup")]
    [InlineData("backup web1 --all")]
    [InlineData("backup --all --match w*")]
    [InlineData("backup web1 --consistency perfect")]
    [InlineData("backup web1 --limit-read fast")]
    [InlineData("backup web1 --retain-until someday")]
    [InlineData("backup web1 --track")]
    [InlineData("backup --image /a --exclude-disk vda")]
    [InlineData("restore web1")]
    [InlineData("restore web1 --as a --in-place")]
    [InlineData("restore web1 --as a --pool p --disks-dir d")]
    [InlineData("restore web1 --in-place --network n")]
    [InlineData("restore web1 --disks-to d --format vmdk")]
    [InlineData("verify")]
    [InlineData("verify web1 --all")]
    [InlineData("points prune web1")]
    [InlineData("points prune web1 --keep-last -1")]
    [InlineData("points delete web1")]
    [InlineData("points protect web1 --point aaaa --until 30d --off")]
    [InlineData("vm show")]
    [InlineData("vm list --output xml")]
    [InlineData("completion powershell")]
    [InlineData("points prune web1 --keep-last abc")]
    [InlineData("points prune web1 --keep-yearly 1.5")]
    [InlineData("points prune web1 --keep-yearly")]
    [InlineData("job list --limit abc")]
    [InlineData("job list --limit 99999999999")]
    [InlineData("audit list --count abc")]
    [InlineData("audit list --count 0")]
    [InlineData("audit list --before x")]
    [InlineData("explain x --max abc")]
    [InlineData("explain x --max 21")]
    [InlineData("vault scrub --coverage abc")]
    [InlineData("vault scrub --coverage")]
    [InlineData("vault lock --days abc")]
    [InlineData("vault lock --days 0")]
    [InlineData("serve --jobs-per-host abc")]
    [InlineData("host add h --uri u --jobs abc")]
    [InlineData("vm rebind web1 --to abc")]
    [InlineData("doctor --all --agent-minimum abc")]
    [InlineData("doctor --all --agent-minimum")]
    [InlineData("backup web1 --retain-until 99999m")]
    [InlineData("backup web1 --retain-until 2020-01-01")]
    [InlineData("backup web1 --retain-until 2020-01-01T00:00:00Z")]
    [InlineData("backup web1 --retain-until")]
    [InlineData("backup web1 --limit-read")]
    [InlineData("points protect web1 --point 0000 --until 2020-01-01")]
    [InlineData("points show web1 --point 15a")]
    [InlineData("points delete web1 --point 0000 --point 15a")]
    [InlineData("restore web1 --in-place --point 15a")]
    [InlineData("vault key rotate --new-recovery-key-file /f")]
    [InlineData("vault key rotate ab12 --data-key")]
    [InlineData("nonsense")]
    public async Task A_wrong_command_line_ends_with_the_usage_code_and_says_why(string line)
    {
        var cli = new Cli();
        Assert.Equal(ExitCode.Usage, await cli.RunAsync(line, Ct));
        Assert.Contains("HoldfastInvalidArgument", cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(cli.Out.ToString());
    }

    [Theory]
    [InlineData("backup web1", ExitCode.Done)]
    [InlineData("backup --all", ExitCode.Done)]
    [InlineData("backup --match w*", ExitCode.Done)]
    [InlineData("backup --image /a --track --name x --format raw", ExitCode.Done)]
    [InlineData("restore web1 --as new --disks-dir /d --start", ExitCode.Done)]
    [InlineData("restore web1 --in-place --shutdown --start --with-config", ExitCode.Done)]
    [InlineData("restore web1 --disks-to /d --format raw --disk vda --disk vdb", ExitCode.Done)]
    [InlineData("points list", ExitCode.Done)]
    [InlineData("points show web1", ExitCode.Done)]
    [InlineData("points protect web1 --point 0000 --until 2030-01-01", ExitCode.Done)]
    [InlineData("points delete web1 --point 0000 --yes", ExitCode.Done)]
    [InlineData("points delete web1 --point 0000", ExitCode.Usage)]
    [InlineData("points prune web1 --keep-daily 7 --dry-run", ExitCode.Done)]
    [InlineData("verify web1", ExitCode.Damage)]
    [InlineData("verify --all", ExitCode.Damage)]
    [InlineData("vault verify", ExitCode.Damage)]
    [InlineData("vault info", ExitCode.Done)]
    [InlineData("vault scrub --coverage 30 --budget 50M", ExitCode.Done)]
    [InlineData("vault scrub --keyless", ExitCode.Damage)]
    [InlineData("vault scrub --keyless --coverage 3", ExitCode.Usage)]
    [InlineData("vault key rotate zz", ExitCode.NotFound)]
    [InlineData("vault rebuild-index", ExitCode.Done)]
    [InlineData("vault stats", ExitCode.Done)]
    [InlineData("vault gc", ExitCode.Done)]
    [InlineData("vault gc --dry-run --grace 7d", ExitCode.Done)]
    [InlineData("vault gc --grace soon", ExitCode.Usage)]
    [InlineData("vault key list", ExitCode.Done)]
    [InlineData("vault key remove ab --yes", ExitCode.Done)]
    [InlineData("vault key remove zz --yes", ExitCode.NotFound)]
    [InlineData("vm list", ExitCode.Done)]
    [InlineData("vm show web1", ExitCode.Done)]
    [InlineData("vm show nobody", ExitCode.NotFound)]
    [InlineData("faults list", ExitCode.Done)]
    [InlineData("faults show 2001", ExitCode.Done)]
    [InlineData("faults show Nothing", ExitCode.NotFound)]
    [InlineData("faults list --condition B24", ExitCode.Done)]
    [InlineData("faults list --condition B99", ExitCode.NotFound)]
    [InlineData("faults list --area agent", ExitCode.Done)]
    [InlineData("explain 400094", ExitCode.Done)]
    [InlineData("explain VM agent of web1 is not responding", ExitCode.Done)]
    [InlineData("explain 找不到虛擬機器", ExitCode.Done)]
    [InlineData("explain the coffee machine is broken", ExitCode.NotFound)]
    [InlineData("completion bash", ExitCode.Done)]
    [InlineData("--version", ExitCode.Done)]
    public async Task Every_command_runs_for_people_and_in_json(string line, ExitCode expected)
    {
        Assert.Equal(expected, await new Cli().RunAsync(line, Ct));
        if (!line.StartsWith("completion", StringComparison.Ordinal) && line != "--version")
        {
            var json = new Cli();
            Assert.Equal(expected, await json.RunAsync(line + " --output json", Ct));
            Assert.Equal(System.Text.Json.JsonValueKind.Object, json.Json.ValueKind);
        }
    }

    [Theory]
    [InlineData("vault lock --days abc", "'abc': --days is a whole number from 1 to")]
    [InlineData("serve --jobs-per-host abc", "'abc': --jobs-per-host is a whole number from 1 to 64")]
    [InlineData("host add h --uri u --jobs abc", "'abc': --jobs is a whole number from 1 to 64")]
    [InlineData("vm rebind web1 --to abc", "'abc' isn't a UUID")]
    [InlineData("points show web1 --point 15a", "at least 4 characters")]
    [InlineData("backup web1 --retain-until 2020-01-01", "'2020-01-01' is past")]
    public async Task A_wrong_value_is_told_in_words_for_people(string line, string words)
    {
        var cli = new Cli();
        Assert.Equal(ExitCode.Usage, await cli.RunAsync(line + " --output json", Ct));
        Assert.Contains(words, cli.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("HoldfastInvalidArgument", cli.Json.GetProperty("fault").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("points|list|--vault|", "--vault")]
    [InlineData("points|list|--vault| ", "--vault")]
    [InlineData("backup|", "VM")]
    [InlineData("vm|show|", "VM")]
    [InlineData("points|show|", "VM")]
    [InlineData("restore||--in-place", "VM")]
    [InlineData("backup|--match|", "--match")]
    [InlineData("backup|--image|", "--image")]
    [InlineData("backup|--image|/a|--name|", "--name")]
    [InlineData("restore|web1|--disks-to|", "--disks-to")]
    [InlineData("vault|copy|--to|", "--to")]
    public async Task What_is_empty_is_refused_by_its_name(string line, string name)
    {
        var cli = new Cli();
        Assert.Equal(ExitCode.Usage, await cli.RunAsync(line.Split('|'), Ct));
        Assert.Contains(name + " is empty.", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_note_may_be_empty_but_a_label_has_its_length()
    {
        Assert.Equal(ExitCode.Done, await new Cli().RunAsync(["backup", "web1", "--note", ""], Ct));
        Assert.Equal(ExitCode.Usage, await new Cli().RunAsync("vault key add --label " + new string('x', 201), Ct));
    }

    [Theory]
    [InlineData("9999-12-31", 9999)]
    [InlineData("999y", 0)]
    public async Task A_point_can_be_kept_for_ever(string until, int year)
    {
        var cli = new Cli();
        Assert.Equal(ExitCode.Done, await cli.RunAsync("backup web1 --retain-until " + until, Ct));
        var kept = Assert.Single(cli.Engine.Asked).RetainUntil!.Value;
        Assert.True(year == 0 ? kept.Year > 3000 : kept.ToUniversalTime().Year == year);
        Assert.Equal(ExitCode.Done, await new Cli().RunAsync("points protect web1 --point 0000 --until " + until, Ct));
    }

    [Fact]
    public async Task Levels_of_consistency_are_completed_and_taken_as_they_are_documented()
    {
        var suggested = await SuggestedAsync("holdfast backup web1 --consistency ");
        Assert.All(["application", "filesystem", "crash"], level => Assert.Contains(level, suggested));
        Assert.DoesNotContain("FileSystem", suggested);
        var cli = new Cli();
        Assert.Equal(ExitCode.Done, await cli.RunAsync("backup web1 --consistency FileSystem", Ct));
        Assert.Equal(Consistency.FileSystem, Assert.Single(cli.Engine.Asked).Consistency);
    }

    [Fact]
    public async Task Nobody_is_offered_the_help_of_another_system()
    {
        var suggested = await SuggestedAsync("holdfast ");
        Assert.Contains("--help", suggested);
        Assert.DoesNotContain(suggested, s => s.StartsWith('/'));
    }

    [Theory]
    [InlineData("backup --help", "12h if not given")]
    [InlineData("backup --help", "10m if not given")]
    [InlineData("vault gc --help", "24h if not given")]
    public async Task Help_shows_defaults_as_they_are_typed(string line, string words)
    {
        var cli = new Cli();
        await cli.RunAsync(line, Ct);
        var help = string.Join(' ', cli.Out.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(words, help, StringComparison.Ordinal);
        Assert.DoesNotContain(":00]", help, StringComparison.Ordinal);
    }

    private static async Task<string[]> SuggestedAsync(string line)
    {
        var cli = new Cli();
        await new Invocation.CliApp(new() { Out = cli.Out, Error = cli.Error }, cli.Engine).RunAsync([$"[suggest:{line.Length}]", line], Ct);
        return cli.Out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    [Fact]
    public async Task Options_of_a_backup_reach_the_engine()
    {
        var cli = new Cli();
        await cli.RunAsync("backup web1 --consistency filesystem --strict-consistency --exclude-disk vdb --full --limit-read 1.5M --compression fastest --verify-after --note x", Ct);
        var asked = Assert.Single(cli.Engine.Asked);
        Assert.Equal(Consistency.FileSystem, asked.Consistency);
        Assert.True(asked is { ConsistencyIsExplicit: true, Strict: true, Full: true, VerifyAfter: true, Note: "x" });
        Assert.Equal(["vdb"], asked.ExcludedDisks);
        Assert.Equal(3 << 19, asked.LimitReadBytesPerSecond);
        Assert.Equal(ChunkCompression.Fastest, asked.Compression);
    }

    [Fact]
    public async Task Help_of_every_command_shows_examples_and_exit_codes()
    {
        foreach (var (name, _) in Reference.CommandWalk.Leaves(new Invocation.CliApp(new() { Out = TextWriter.Null, Error = TextWriter.Null }, new FakeEngine()).Root))
        {
            var cli = new Cli();
            Assert.Equal(ExitCode.Done, await cli.RunAsync(name["holdfast ".Length..] + " --help", Ct));
            Assert.Contains("Examples:", cli.Out.ToString(), StringComparison.Ordinal);
            Assert.Contains("Exit codes:", cli.Out.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_shell_is_told_what_may_come_next()
    {
        var cli = new Cli();
        var line = "holdfast points ";
        var app = new Invocation.CliApp(new() { Out = cli.Out, Error = cli.Error }, cli.Engine);
        await app.RunAsync([$"[suggest:{line.Length}]", line], Ct);
        Assert.Contains("prune", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Contains("protect", cli.Out.ToString(), StringComparison.Ordinal);
    }
}
