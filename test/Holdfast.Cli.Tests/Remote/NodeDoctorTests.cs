using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Native;
using Holdfast.Cli.Remote;
using Holdfast.Faults;
using Holdfast.Protection.Health;
using Holdfast.Protection.Health.Network;

namespace Holdfast.Cli.Tests.Remote;

/// <summary>Examinations by a node, as the command shows them.</summary>
public sealed class NodeDoctorTests : IDisposable
{
    private const string Examination = "GET /subscriptions/s/providers/Holdfast.Operations/examination";
    private static readonly HealthSubject Web1 = new("vm", "web1", FakeEngine.Uuid(1), "h");
    private readonly StubNode stub = new();
    private readonly Cli cli = new();

    public void Dispose() => stub.Dispose();

    [Fact]
    public async Task What_the_node_found_is_shown_as_if_it_were_found_here()
    {
        Answer(
            new HealthResult(Web1, HealthArea.Vm, "state", HealthOutcome.Passed, "running", null),
            new HealthResult(Web1, HealthArea.Agent, "channel", HealthOutcome.Warning, "none", AgentFaults.AgentChannelMissing("web1")));
        Assert.Equal(ExitCode.HealthWarning, await RunAsync("doctor web1 --output json"));
        Assert.Equal("warning", cli.Json.GetProperty("worst").GetString());
        var result = Assert.Single(cli.Json.GetProperty("results").EnumerateArray(), r => r.GetProperty("fault").ValueKind == JsonValueKind.Object);
        Assert.Equal(("agent", "channel", FakeEngine.Uuid(1)), (result.GetProperty("area").GetString(), result.GetProperty("check").GetString(), result.GetProperty("subject").GetProperty("id").GetGuid()));
        Assert.Equal("HoldfastAgentChannelMissing", result.GetProperty("fault").GetProperty("code").GetString());
        Assert.Equal("s3.example", Assert.Single(cli.Json.GetProperty("endpoints").EnumerateArray()).GetProperty("host").GetString());
    }

    [Fact]
    public async Task Faults_are_told_in_the_language_of_the_command_whatever_the_node_wrote()
    {
        Answer(new HealthResult(Web1, HealthArea.Agent, "channel", HealthOutcome.Warning, "none", AgentFaults.AgentChannelMissing("web1")));
        Assert.Equal(ExitCode.HealthWarning, await RunAsync("doctor --all --lang zh-TW"));
        Assert.Contains(FaultCatalogue.Shared.Render(AgentFaults.AgentChannelMissing("web1"), FaultLanguage.TraditionalChinese).Message, cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_VM_that_the_node_does_not_know_or_show_is_not_found()
    {
        stub.Answers[Examination] = () => StubNode.Error(404, "UserErrorVmNotFoundV2", ("vm", "web9"), ("host", "h"));
        Assert.Equal(ExitCode.NotFound, await RunAsync("doctor web9"));
    }

    [Fact]
    public async Task The_agent_alone_is_validated_by_the_node()
    {
        Answer(
            new HealthResult(Web1, HealthArea.Agent, "answers", HealthOutcome.Passed, "7.2", null),
            new HealthResult(Web1, HealthArea.Disks, "disks", HealthOutcome.Failed, "none", BackupFaults.NothingToBackUp("web1")));
        Assert.Equal(ExitCode.Done, await RunAsync("agent validate web1 --output json"));
        Assert.Equal("answers", Assert.Single(cli.Json.GetProperty("results").EnumerateArray()).GetProperty("check").GetString());
    }

    private void Answer(params HealthResult[] results)
    {
        var report = new HealthReport(results, TimeSpan.FromSeconds(2))
        {
            Endpoints = [new EndpointToAllow(new HealthEndpoint("vault", "s3.example", 443, EndpointProtocol.Https), null)],
        };
        stub.Answers[Examination] = () => (200, new JsonObject
        {
            ["properties"] = JsonSerializer.SerializeToNode(NativeHealth.Of(report, FaultLanguage.English), NativeJson.Default.NativeHealth),
        });
    }

    private Task<ExitCode> RunAsync(string line)
    {
        cli.Engine.Node = new RemoteNode(stub.Connect(), TimeProvider.System);
        return cli.RunAsync(line);
    }
}
