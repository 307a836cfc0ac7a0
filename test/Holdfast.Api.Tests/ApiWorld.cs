using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ControlPlane;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Resources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Api.Tests;

/// <summary>
/// The whole API on a control plane of its own, with SQLite and libvirt's test driver (one VM "test", one network "default", one pool
/// "default-pool"). Who asks is said by a header; jobs stay in the queue, since nothing runs them.
/// </summary>
public sealed class ApiWorld : IAsyncLifetime
{
    private const string CallerHeader = "X-Test-Caller";
    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-api-").FullName;
    private readonly Dictionary<string, Principal> _principals = [];
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    /// <summary>libvirt's test driver. All that use the default share one host; one of a file's own is changed without the others' notice.</summary>
    public string HostUri { get; init; } = "test:///default";

    public string Subscription { get; private set; } = "";

    public string S => "/subscriptions/" + Subscription;

    public string G => S + "/resourceGroups/holdfast";

    public string V => G + "/providers/Microsoft.RecoveryServices/vaults/v1";

    public string Vm => G + "/providers/Microsoft.Compute/virtualMachines/test";

    public string Pool => G + "/providers/Microsoft.Storage/storageAccounts/default-pool";

    public string Network => G + "/providers/Microsoft.Network/virtualNetworks/default";

    public string I => V + "/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;holdfast;test/protectedItems/VM;iaasvmcontainerv2;holdfast;test";

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddHoldfastControlPlane(new ControlPlaneOptions { DataFolder = _folder, LocalHostUri = HostUri });
        foreach (var hosted in builder.Services.Where(s => s.ServiceType == typeof(IHostedService)
            && s.ImplementationType?.Assembly == typeof(ControlPlaneOptions).Assembly || s.ServiceType == typeof(IHostedService) && s.ImplementationFactory is not null).ToList())
            builder.Services.Remove(hosted);
        _app = builder.Build();
        await _app.Services.GetRequiredService<Installation>().EnsureAsync(default);
        _app.UseArmApi();
        _app.Use((http, next) =>
        {
            http.Features.Set(_principals[http.Request.Headers[CallerHeader].ToString()]);
            return next(http);
        });
        _app.MapArmApi();
        await _app.StartAsync();
        _client = _app.GetTestClient();
        Subscription = (await _app.Services.GetRequiredService<Inventory>().ListSubscriptionsAsync(default)).Single().SubscriptionId;
        Allow("owner", Roles.Owner, S);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public void Allow(string caller, params (Role Role, string Scope)[] assignments) =>
        _principals[caller] = new(Guid.NewGuid(), caller, [.. assignments.Select(a => new RoleAssignment(a.Role, ArmId.Parse(a.Scope)))]);

    public void Allow(string caller, Role role, string scope) => Allow(caller, (role, scope));

    /// <summary>A service of the node.</summary>
    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async Task<HttpResponseMessage> SendAsync(string method, string path, string? body = null, string caller = "owner", string? language = null, bool isNative = false)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add(CallerHeader, caller);
        if (language is not null)
            request.Headers.Add("Accept-Language", language);
        if (isNative)
            request.Headers.Add(Holdfast.Api.Native.NativeView.Header, Holdfast.Api.Native.NativeView.Value);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _client.SendAsync(request, Ct);
    }

    public async Task<JsonNode> GetAsync(string path, string? language = null) => await BodyAsync(await SendAsync("GET", path, language: language), HttpStatusCode.OK);

    public static async Task<JsonNode> BodyAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(expected == answer.StatusCode, $"{answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    public async Task<string> RefusedAsync(HttpStatusCode status, string method, string path, string? body = null, string caller = "owner") =>
        (string)(await BodyAsync(await SendAsync(method, path, body, caller), status))["error"]!["code"]!;

    public async Task CreateVaultAsync() =>
        await BodyAsync(await SendAsync("PUT", V + "?api-version=2024-04-01", """{"location":"local","sku":{"name":"Standard"},"properties":{"publicNetworkAccess":"Enabled"}}"""), HttpStatusCode.Created);

    public string PolicyId(string name = "DefaultPolicy") => V + "/backupPolicies/" + name;

    public string EnableBody(string? vm = null, string? policy = null) =>
        new JsonObject
        {
            ["properties"] = new JsonObject
            {
                ["protectedItemType"] = "Microsoft.Compute/virtualMachines", ["sourceResourceId"] = vm ?? Vm, ["policyId"] = policy ?? PolicyId(),
            },
        }.ToJsonString();

    /// <summary>Asks for something long, and follows it the way azure-cli does: by the last segment of the status's address.</summary>
    /// <returns>The operation's status when it is over.</returns>
    public async Task<JsonNode> FollowAsync(string method, string path, string? body = null)
    {
        var accepted = await SendAsync(method, path, body);
        Assert.True(accepted.StatusCode == HttpStatusCode.Accepted, await accepted.Content.ReadAsStringAsync(Ct));
        var status = new Uri(accepted.Headers.GetValues("Azure-AsyncOperation").Single());
        Assert.True(accepted.Headers.Location!.IsAbsoluteUri);
        var byHeader = await GetAsync(status.PathAndQuery);
        var byCli = await GetAsync($"{V}/backupOperations/{status.AbsolutePath.Split('/')[^1]}?api-version=2022-09-01-preview");
        Assert.Equal(byHeader.ToJsonString(), byCli.ToJsonString());
        return byCli;
    }

    /// <summary>Everything that is stored, to see that nothing changed.</summary>
    public async Task<string> DumpAsync()
    {
        await using var db = _app.Services.GetRequiredService<ControlPlaneDatabase>().CreateDbContext();
        var dump = new
        {
            db.Vaults, db.Policies, db.Items, db.Jobs, db.Operations, db.Points, db.Hosts, db.ResourceGroups,
        };
        return System.Text.Json.JsonSerializer.Serialize(dump) + string.Join('\n', Directory.EnumerateDirectories(Path.Combine(_folder, "vaults")).Order());
    }
}
