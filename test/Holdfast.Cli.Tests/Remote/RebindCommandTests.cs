using Holdfast.Cli.Remote;

namespace Holdfast.Cli.Tests.Remote;

public sealed class RebindCommandTests : IDisposable
{
    private readonly StubNode stub = new();
    private readonly Cli cli = new();

    public RebindCommandTests() => stub.Answers[$"POST {StubNode.Item}/rebind"] = () => (200, []);

    public void Dispose() => stub.Dispose();

    [Fact]
    public async Task The_VM_that_is_proposed_takes_the_place()
    {
        stub.Proposed = FakeEngine.Uuid(7);
        Assert.Equal(ExitCode.Done, await RunAsync("vm rebind web1 --yes --output json"));
        Assert.Equal(FakeEngine.Uuid(7).ToString(), (string?)stub.Bodies[^1]["properties"]!["vmId"]);
        Assert.Equal(
            (FakeEngine.Uuid(1), FakeEngine.Uuid(7)), (cli.Json.GetProperty("from").GetGuid(), cli.Json.GetProperty("to").GetGuid()));
    }

    [Fact]
    public async Task One_that_is_named_is_asked_for_and_the_node_decides()
    {
        stub.Answers[$"POST {StubNode.Item}/rebind"] = () => StubNode.Error(400, "HoldfastInvalidArgument", ("argument", "uuid"), ("reason", "not proposed"));
        Assert.Equal(ExitCode.Usage, await RunAsync($"vm rebind web1 --to {FakeEngine.Uuid(8)} --yes"));
        Assert.Equal(FakeEngine.Uuid(8).ToString(), (string?)stub.Bodies[^1]["properties"]!["vmId"]);
    }

    [Theory]
    [InlineData("vm rebind web1 --yes", ExitCode.Usage)]
    [InlineData("vm rebind web9 --yes", ExitCode.NotFound)]
    [InlineData("vm rebind web1 --to 5f0f3c1e-5c0b-4c8e-9a53-0d1b2c3d4e5f", ExitCode.Usage)]
    public async Task Without_a_proposal_a_VM_or_a_yes_nothing_is_asked_of_the_node(string line, ExitCode expected)
    {
        Assert.Equal(expected, await RunAsync(line));
        Assert.DoesNotContain(stub.Asked, a => a.StartsWith("POST", StringComparison.Ordinal));
    }

    private Task<ExitCode> RunAsync(string line)
    {
        cli.Engine.Node = new RemoteNode(stub.Connect(), TimeProvider.System);
        return cli.RunAsync(line);
    }
}
