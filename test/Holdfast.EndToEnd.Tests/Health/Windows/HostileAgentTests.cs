using System.Text;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Health.Windows;

/// <summary>An agent that wants to harm the examination: it ends all the same, says what it couldn't learn, and never that all is well.</summary>
public sealed class HostileAgentTests(WindowsGuestFixture fixture, Host host) : IClassFixture<WindowsGuestFixture>
{
    private static readonly byte[] Block = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));

    [Theory]
    [InlineData("guest-ping", "silence")]
    [InlineData("guest-info", "garbage")]
    [InlineData("guest-info", "lies")]
    [InlineData("guest-get-osinfo", "garbage")]
    [InlineData("guest-exec", "silence")]
    [InlineData("guest-exec", "lies")]
    [InlineData("guest-exec-status", "garbage")]
    [InlineData("guest-exec-status", "lies")]
    [InlineData("guest-exec-status", "huge")]
    [InlineData("guest-exec-status", "never")]
    [InlineData("guest-exec-status", "endless")]
    [InlineData("guest-info", "endless")]
    public async Task Whatever_an_agent_answers_the_examination_ends_and_nothing_of_windows_passed(string command, string how)
    {
        var agent = await fixture.RestartAsync();
        agent.Instead[command] = _ => Answer(how);
        var node = Node.Unconnected(host);
        node.Environment["HOLDFAST_VAULT"] = "";

        var found = await Examination.OfAsync(node, fixture.Guest.Name);

        Assert.InRange(found.Result.ExitCode, 10, 12);
        Assert.DoesNotContain(found.Rows, r => r.Check is "vss-writers" or "msdtc" or "machine-keys" && r.Outcome == "passed");
        Assert.DoesNotContain(found.Rows, r => r.Found.Any(c => char.IsControl(c)));
        Assert.True(found.Result.Tool.Output.Length < 200_000, "the report is short");
        Assert.Equal("passed", found["reachable"].Outcome);
    }

    private static IEnumerable<byte[]>? Answer(string how) => how switch
    {
        "garbage" => [WindowsAgent.Line("{\"return\": \u001b[31m nonsense")],
        "lies" => [WindowsAgent.Line(WindowsAgent.Return(
            """{"version":"\u001b]0;owned\u0007","supported_commands":[{"name":"x"}],"pid":-1,"exited":true,"exitcode":99999999999999,"out-data":"!!!","id":7}"""))],
        "huge" => [WindowsAgent.Line(WindowsAgent.Return($$"""{"exited":true,"exitcode":0,"out-data":"{{Convert.ToBase64String(new byte[1 << 20])}}"}"""))],
        "never" => [WindowsAgent.Line(WindowsAgent.Return("""{"exited":false}"""))],
        "endless" => Enumerable.Repeat(Block, 400),
        _ => null,
    };
}
