using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Native;
using Holdfast.Cli.Remote;
using Holdfast.ControlPlane.Jobs;
using Holdfast.Protection.Points;

namespace Holdfast.Cli.Tests.Remote;

/// <summary>Stands where a node's API is: one vault "v1" that protects "web1" with one point, beside the VM "web2" that nothing protects.</summary>
internal sealed class StubNode : HttpMessageHandler
{
    public const string Vault = "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v1";
    public const string Item = Vault + "/backupFabrics/Azure/protectionContainers/c%3Bweb1/protectedItems/i%3Bweb1";
    public const string Job = Vault + "/backupJobs/j1";
    private const string Compute = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/";

    public StubNode()
    {
        Answers["GET /subscriptions"] = () => List(new JsonObject { ["subscriptionId"] = "s" });
        Answers["GET /subscriptions/s/providers/Microsoft.RecoveryServices/vaults"] = () => List(Resource(
            Vault, "v1", new NativeVault(FakeEngine.Uuid(99)), NativeJson.Default.NativeVault, ("securitySettings", JsonNode.Parse("""{"softDeleteSettings":{"softDeleteState":"Enabled"}}""")!)));
        Answers[$"GET {Vault}/backupProtectedItems"] = () => List(Resource(
            Uri.UnescapeDataString(Item), "i", new NativeItem(FakeEngine.Uuid(1), Proposed), NativeJson.Default.NativeItem,
            ("friendlyName", "web1"), ("sourceResourceId", Compute + "web1"), ("protectionState", "Protected")));
        Answers["GET /subscriptions/s/providers/Microsoft.Compute/virtualMachines"] = () => List(Machine("web1", 1), Machine("web2", 2));
        foreach (var (name, n) in new[] { ("web1", 1), ("web2", 2) })
            Answers[$"GET {Compute}{name}"] = () => (200, Machine(name, n));
        Answers[$"GET {Item}/recoveryPoints"] = () => List(Resource(
            Item + "/recoveryPoints/7", "7", PointFacts.Of(FakeEngine.Point(FakeEngine.Uuid(1))), NativeJson.Default.PointFacts));
        Answers[$"GET {Job}"] = () => (200, JobNow());
        Answers[$"GET {Vault}/backupJobs"] = () => List(JobNow());
        Answers[$"GET {Vault}/backupJobs/none"] = () => Error(404, "HoldfastJobNotFound", ("job", "none"), ("vault", "v1"));
        Answers["GET /status"] = () => (200, new JsonObject { ["properties"] = new JsonObject { ["jobId"] = "j1" } });
        foreach (var path in (string[])[Item + "/backup", Item + "/recoveryPoints/7/restore", Job + "/cancel"])
            Answers["POST " + path] = () => (202, null);
    }

    public Dictionary<string, Func<(int Status, JsonObject? Body)>> Answers { get; } = [];

    /// <summary>The VM that is proposed for the item.</summary>
    public Guid? Proposed { get; set; }

    public List<string> Asked { get; } = [];

    public List<JsonNode> Bodies { get; } = [];

    public NativeJob Facts { get; set; } = new(
        "v1", "web1", JobOperation.Backup, JobStatus.Completed, JobPhase.Ended, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(3),
        "n", 100, 1, [], new Dictionary<string, string> { [JobFacts.Point] = "7" }, [], null);

    public NodeConnection Connect() => new(new NodeEndpoint(new Uri("http://localhost"), "/dir", null, null, null), this, TimeProvider.System);

    public RemoteEngine Engine() => new(new RemoteNode(Connect(), TimeProvider.System));

    public static (int Status, JsonObject? Body) Error(int status, string code, params (string Name, string Value)[] parameters) => (status, new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["code"] = code, ["message"] = "in words", ["parameters"] = new JsonObject(parameters.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)p.Value))),
        },
    });

    public static (int Status, JsonObject? Body) List(params JsonNode[] entries) => (200, new JsonObject { ["value"] = new JsonArray(entries) });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var asked = $"{request.Method} {request.RequestUri!.AbsolutePath}";
        Asked.Add(asked);
        if (request.Content is not null && JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken)) is { } body)
            Bodies.Add(body);
        var (status, answer) = Answers.TryGetValue(asked, out var known) ? known() : throw new InvalidOperationException("Unexpected: " + asked);
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(answer?.ToJsonString() ?? "", Encoding.UTF8, "application/json") };
        if (status == 202)
            response.Headers.Add("Azure-AsyncOperation", "https://front.example:8443/status?api-version=1");
        return response;
    }

    private static JsonObject Machine(string name, int n) => Resource(
        Compute + name, name, new NativeVm("running", "connected", "7.2", []), NativeJson.Default.NativeVm, ("vmId", FakeEngine.Uuid(n).ToString()));

    public JsonObject JobNow() => Resource(Job, "j1", Facts, NativeJson.Default.NativeJob);

    private static JsonObject Resource<T>(
        string id, string name, T facts, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, params (string Name, JsonNode Value)[] properties) => new()
    {
        ["id"] = id, ["name"] = name, ["location"] = "local",
        ["properties"] = new JsonObject(properties.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)p.Value))
            .Append(KeyValuePair.Create(NativeView.Member, JsonSerializer.SerializeToNode(facts, type)))),
    };
}
