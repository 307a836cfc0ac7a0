using System.Text;
using Holdfast.Cli.Invocation;

namespace Holdfast.Cli.Tests;

public sealed class LostOutputTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_whose_messages_cannot_be_written_is_made_and_succeeds()
    {
        using var full = new FullWriter();
        using var output = new StringWriter();
        var engine = new FakeEngine();
        Assert.Equal(ExitCode.Done, await RunAsync(engine, output, () => null, new ForgivingWriter(full), "backup web1"));
        Assert.Single(engine.Asked);
        Assert.Contains("point", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backup web1")]
    [InlineData("backup web1 --output json")]
    [InlineData("points list")]
    [InlineData("backup --help")]
    public async Task A_result_that_cannot_be_written_has_an_exit_code_of_its_own(string line)
    {
        using var full = new FullWriter();
        using var output = new ForgivingWriter(full);
        using var error = new StringWriter();
        var engine = new FakeEngine();
        Assert.Equal(ExitCode.OutputLost, await RunAsync(engine, output, () => output.Failure, error, line));
        Assert.Contains("HoldfastOutputLost", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("HoldfastInternalError", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(line.StartsWith("backup web1", StringComparison.Ordinal) ? 1 : 0, engine.Asked.Count);
    }

    [Theory]
    [InlineData("nonsense", ExitCode.Usage)]
    [InlineData("vm show nobody --output json", ExitCode.NotFound)]
    public async Task What_failed_keeps_its_own_exit_code(string line, ExitCode expected)
    {
        using var full = new FullWriter();
        using var both = new ForgivingWriter(full);
        Assert.Equal(expected, await RunAsync(new FakeEngine(), both, () => both.Failure, both, line));
    }

    [Fact]
    public void An_output_that_is_closed_takes_nothing_and_says_so()
    {
        using var closed = ForgivingWriter.Closed();
        closed.WriteLine("lost");
        Assert.IsType<IOException>(closed.Failure);
    }

    [Fact]
    public void What_the_runtime_opened_for_itself_is_no_output_of_the_process()
    {
        using var own = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        Assert.False(InheritedOutput.IsOpen((int)own.DangerousGetHandle()));
        Assert.True(InheritedOutput.IsOpen(InheritedOutput.Out));
    }

    private static async Task<ExitCode> RunAsync(FakeEngine engine, TextWriter output, Func<Exception?> failure, TextWriter error, string line)
    {
        var terminal = new Terminal { Out = output, OutFailure = failure, Error = error, Variable = name => name == "HOLDFAST_VAULT" ? "/vault" : null };
        return await new CliApp(terminal, engine).RunAsync(line.Split(' '), Ct);
    }

    private sealed class FullWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");
    }
}
