using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Native;
using Holdfast.Cli.Remote;
using Holdfast.Faults;
using Holdfast.Protection.Guest;
using Holdfast.Protection.Health;

namespace Holdfast.Cli.Tests.Remote;

/// <summary>Remedies and the agent, by a node.</summary>
public sealed class NodeRemedyTests : IDisposable
{
    private const string Examination = "GET /subscriptions/s/providers/Holdfast.Operations/examination";
    private const string Web1 = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web1";
    private readonly StubNode stub = new();
    private readonly Cli cli = new();

    public void Dispose() => stub.Dispose();

    [Fact]
    public async Task A_safe_remedy_is_asked_of_the_node_by_the_fault_and_its_outcome_is_told()
    {
        Find(AgentFaults.AgentChannelMissing("web1"));
        stub.Answers[$"POST {Web1}/remedies/AttachChannel"] = () => (200, Properties(new NativeChange("web1", FakeEngine.Uuid(1), "added")));
        Assert.Equal(ExitCode.HealthWarning, await RunAsync("doctor web1 --fix --yes --output json"));
        var asked = Assert.Single(stub.Bodies)["properties"]!;
        Assert.Equal("""{"code":"HoldfastAgentChannelMissing","parameters":{"vm":"web1"}}""", asked.ToJsonString());
        var remedy = Assert.Single(cli.Json.GetProperty("remedies").EnumerateArray());
        Assert.Equal(("safe", "done", "added"), (remedy.GetProperty("grade").GetString(), remedy.GetProperty("outcome").GetString(), remedy.GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task What_the_node_refuses_is_a_failed_remedy_by_its_code()
    {
        Find(AgentFaults.AgentChannelMissing("web1"));
        stub.Answers[$"POST {Web1}/remedies/AttachChannel"] = () => StubNode.Error(409, "UserErrorBackupOperationInProgress", ("vm", "web1"), ("holder", "Backup"));
        Assert.Equal(ExitCode.HealthWarning, await RunAsync("doctor web1 --fix --yes --output json"));
        var remedy = Assert.Single(cli.Json.GetProperty("remedies").EnumerateArray());
        Assert.Equal(("failed", "UserErrorBackupOperationInProgress"), (remedy.GetProperty("outcome").GetString(), remedy.GetProperty("detail").GetString()));
    }

    [Theory]
    [InlineData("--yes", false)]
    [InlineData("--yes --yes-disruptive web2", false)]
    [InlineData("--yes-disruptive web1", true)]
    public async Task A_disruptive_remedy_is_asked_for_only_on_a_VM_that_was_named_for_it(string options, bool isAsked)
    {
        Find(Fault.FromStored("ExtensionInstallationFailedCOM", new Dictionary<string, string> { ["vm"] = "web1" }));
        stub.Answers[$"POST {Web1}/remedies/RestartService"] = () => (200, Properties(new NativeChange("web1", FakeEngine.Uuid(1), "COMSysApp was restarted")));
        await RunAsync($"doctor web1 --fix {options} --output json");
        Assert.Equal(isAsked ? [true] : [], stub.Bodies.Select(b => (bool)b["properties"]!["allowDisruption"]!));
        Assert.Equal(isAsked ? "done" : "refused", Assert.Single(cli.Json.GetProperty("remedies").EnumerateArray()).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task The_agents_state_channel_and_update_are_the_nodes_affair()
    {
        stub.Answers[$"GET {Web1}/agent"] = () => (200, new JsonObject
        {
            ["properties"] = JsonSerializer.SerializeToNode(
                new AgentStatus("web1", FakeEngine.Uuid(1), "connected", "7.2", "Debian", "/usr/sbin/qemu-ga", "qemu-guest-agent", ["guest-exec"], false), NativeJson.Default.AgentStatus),
        });
        stub.Answers[$"POST {Web1}/attachAgentChannel"] = () => (200, Properties(new NativeChange("web1", FakeEngine.Uuid(1), "it is there already")));
        stub.Answers[$"POST {Web1}/updateAgent"] = () => (200, Properties(new NativeChange(
            "web1", FakeEngine.Uuid(1), "9", new NativeAgentUpdate("7.2", "9", "1:7", "1:9", "/usr/sbin/qemu-ga", "qemu-guest-agent", true))));
        Assert.Equal(ExitCode.Done, await RunAsync($"agent status {FakeEngine.Uuid(1)}"));
        Assert.Equal(ExitCode.Done, await RunAsync("agent attach-channel web1"));
        Assert.Equal(ExitCode.Done, await RunAsync("agent update web1"));
        foreach (var told in (string[])["Debian", "guest-exec", "it is there already", "from 1:7 to 1:9"])
            Assert.Contains(told, cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, await RunAsync("agent status web9"));
    }

    [Fact]
    public async Task An_update_during_a_job_is_refused_as_busy()
    {
        stub.Answers[$"POST {Web1}/updateAgent"] = () => StubNode.Error(409, "HoldfastAgentUpdateRefused", ("vm", "web1"), ("holder", "Backup"));
        Assert.Equal(ExitCode.Busy, await RunAsync("agent update web1"));
    }

    private void Find(Fault fault) => stub.Answers[Examination] = () => (200, new JsonObject
    {
        ["properties"] = JsonSerializer.SerializeToNode(
            NativeHealth.Of(
                new HealthReport([new HealthResult(new HealthSubject("vm", "web1", FakeEngine.Uuid(1), "h"), HealthArea.Agent, "channel", HealthOutcome.Warning, "", fault)], default),
                FaultLanguage.English), NativeJson.Default.NativeHealth),
    });

    private static JsonObject Properties(NativeChange change) => new() { ["properties"] = JsonSerializer.SerializeToNode(change, NativeJson.Default.NativeChange) };

    private Task<ExitCode> RunAsync(string line)
    {
        cli.Engine.Node = new RemoteNode(stub.Connect(), TimeProvider.System);
        return cli.RunAsync(line);
    }
}
