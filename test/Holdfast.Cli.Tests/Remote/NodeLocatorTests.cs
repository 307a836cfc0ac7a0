using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Remote;
using Holdfast.Faults;

namespace Holdfast.Cli.Tests.Remote;

public sealed class NodeLocatorTests
{
    [Theory]
    [InlineData("vm list", "HOLDFAST_DATA=/d", "/d", null)]
    [InlineData("vm list --data /e", "HOLDFAST_DATA=/d", "/e", null)]
    [InlineData("vm list --data /e", "HOLDFAST_SERVER=https://h:1;HOLDFAST_CREDENTIAL_FILE=/c", "/e", null)]
    [InlineData("vm list --data /e --vault v1", "", "/e", "v1")]
    [InlineData("vm list --data /e", "HOLDFAST_VAULT=/folder", "/e", null)]
    [InlineData("vm list --data /e", "HOLDFAST_VAULT=v1", "/e", "v1")]
    [InlineData("vm list --server https://h:1 --credential-file /c", "HOLDFAST_DATA=/d", "https://h:1", null)]
    [InlineData("vm list --vault /folder", "HOLDFAST_DATA=/d", null, null)]
    [InlineData("vm list --data /e --offline", "", null, null)]
    [InlineData("vm list --vault v1", "", null, null)]
    public void A_node_that_is_named_does_it(string line, string variables, string? node, string? vault)
    {
        var endpoint = NodeLocator.Find(Read(line, variables), EngineNeeds.Vault);
        Assert.Equal((node, vault), (endpoint?.Name, endpoint?.Vault));
    }

    [Theory]
    [InlineData("vm list --server https://h:1", "HoldfastCredentialFileNotNamed")]
    [InlineData("vm list --server http://h:1 --credential-file /c", "HoldfastInvalidArgument")]
    [InlineData("vm list --server https://u:p@h:1 --credential-file /c", "HoldfastInvalidArgument")]
    public void What_would_send_a_secret_astray_is_refused(string line, string code) =>
        Assert.Equal(code, Assert.Throws<FaultException>(() => NodeLocator.Find(Read(line, ""), EngineNeeds.Vault)).Fault.Code.Value);

    [Fact]
    public async Task Server_and_data_together_are_a_wrong_line()
    {
        var cli = new Cli();
        Assert.Equal(ExitCode.Usage, await cli.RunAsync("vm list --data /d --server https://h:1"));
    }

    private static Settings Read(string line, string variables)
    {
        var environment = variables.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        var terminal = new Terminal { Out = TextWriter.Null, Error = TextWriter.Null, Variable = name => environment.GetValueOrDefault(name) };
        var app = new CliApp(terminal, new FakeEngine());
        return app.Global.Read(app.Root.Parse(line), terminal);
    }
}
