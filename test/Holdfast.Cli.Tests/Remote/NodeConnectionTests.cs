using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Cli.Remote;
using Holdfast.Faults;

namespace Holdfast.Cli.Tests.Remote;

public sealed class NodeConnectionTests : IDisposable
{
    private readonly StubNode stub = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => stub.Dispose();

    [Fact]
    public async Task All_pages_of_a_list_are_read_from_the_node_itself_whatever_host_it_names()
    {
        stub.Answers["GET /list"] = () =>
        {
            stub.Answers["GET /more"] = () => StubNode.List(new JsonObject { ["n"] = 2 });
            var (status, body) = StubNode.List(new JsonObject { ["n"] = 1 });
            body!["nextLink"] = "https://elsewhere.example/more?$skipToken=1";
            return (status, body);
        };
        using var connection = stub.Connect();
        Assert.Equal([1, 2], (await connection.ListAsync("/list", native: false, Ct)).Select(e => (int)e["n"]!));
        Assert.Single(await connection.ListAsync("/list", native: false, Ct, max: 1));
    }

    [Fact]
    public async Task An_answer_that_is_no_JSON_is_a_fault_and_no_surprise()
    {
        stub.Answers["GET /odd"] = () => (200, null);
        using var connection = stub.Connect();
        Assert.Equal("HoldfastNodeAnswered", (await Assert.ThrowsAsync<FaultException>(() => connection.GetAsync("/odd", native: false, Ct))).Fault.Code.Value);
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_unreachable()
    {
        var endpoint = new NodeEndpoint(new Uri("http://localhost"), "/nowhere", null, null, null);
        using var connection = new NodeConnection(endpoint, NodeConnection.HandlerOf(endpoint), TimeProvider.System);
        var fault = (await Assert.ThrowsAsync<FaultException>(() => connection.GetAsync("/x", native: false, Ct))).Fault;
        Assert.Equal(("HoldfastNodeUnreachable", "/nowhere"), (fault.Code.Value, fault.Parameters["address"]));
    }

    [Fact]
    public async Task A_token_is_asked_for_once_and_its_refusal_says_what_the_node_said()
    {
        var folder = Directory.CreateTempSubdirectory("hf-token-");
        try
        {
            var file = Path.Combine(folder.FullName, "credential");
            File.WriteAllText(file, """{"appId":"a","displayName":"n","secret":"s","tenant":"t","subscription":"s","role":null,"scope":null}""");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            using var login = new LogIn();
            using var connection = new NodeConnection(new NodeEndpoint(new Uri("https://h:1"), null, null, file, null), login, TimeProvider.System);
            await connection.GetAsync("/x", native: false, Ct);
            await connection.GetAsync("/x", native: false, Ct);
            Assert.Equal(["/adfs/oauth2/token -", "/x Bearer t0k3n", "/x Bearer t0k3n"], login.Asked);

            login.IsRefused = true;
            using var other = new NodeConnection(new NodeEndpoint(new Uri("https://h:1"), null, null, file, null), login, TimeProvider.System);
            var fault = (await Assert.ThrowsAsync<FaultException>(() => other.GetAsync("/x", native: false, Ct))).Fault;
            Assert.Equal(NodeFaults.NodeAnswered("https://h:1", "invalid_client", "wrong"), fault);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class LogIn : HttpMessageHandler
    {
        public bool IsRefused { get; set; }

        public List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add($"{request.RequestUri!.AbsolutePath} {request.Headers.Authorization?.ToString() ?? "-"}");
            return Task.FromResult(IsRefused
                ? new HttpResponseMessage(HttpStatusCode.Unauthorized) { Content = new StringContent("""{"error":"invalid_client","error_description":"wrong"}""") }
                : new HttpResponseMessage { Content = new StringContent("""{"access_token":"t0k3n","expires_in":3600}""") });
        }
    }
}
