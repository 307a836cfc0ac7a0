using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Api.Replies;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Resources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;

namespace Holdfast.Api.Tests.Routing;

/// <summary>What every request meets, on a table of three addresses.</summary>
public sealed class PipelineTests : IAsyncLifetime
{
    private const string Sub = "11111111-1111-1111-1111-111111111111";
    private const string Scope = "/subscriptions/" + Sub + "/resourceGroups/g1";
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        var routes = new ArmRoutes();
        routes.Get(ArmRoutes.Item, "", "Test/read", call => Task.FromResult(ArmReply.Ok(new JsonObject
        {
            ["item"] = call.Value("item"), ["id"] = call.Resource.ToString(), ["poll"] = call.Absolute("/poll"), ["new"] = call.IsVersion("2024-04-01"),
        })));
        routes.Get(ArmRoutes.Vault, "/boom", "Test/read", _ => throw new InvalidOperationException("secret detail"));
        routes.Add(
            "PUT", ArmRoutes.Vault, "", "Test/write", (_, body) => body.RequiredId("vm", "Microsoft.Compute/virtualMachines"), (_, vm) => [new("Test/join", vm)],
            (_, _) => Task.FromResult(ArmReply.NoContent));
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.UseArmApi();
        _app.Use((http, next) =>
        {
            http.Features.Set(new Principal(Guid.NewGuid(), "t", [new(Roles.Owner, ArmId.Parse(Scope))]));
            return next(http);
        });
        _app.MapArmApi(routes);
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _client = _app.GetTestClient();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Theory]
    [InlineData("/subscriptions/{0}/resourceGroups/g1/providers/Microsoft.RecoveryServices/vaults/v1/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;g1;vm 1/protectedItems/VM;iaasvmcontainerv2;g1;vm 1")]
    [InlineData("/Subscriptions/{0}/RESOURCEGROUPS/g1/providers/microsoft.recoveryservices/Vaults/v1/backupfabrics/azure/protectioncontainers/IaasVMContainer%3Biaasvmcontainerv2%3Bg1%3Bvm%201/protecteditems/VM%3biaasvmcontainerv2%3bg1%3bvm%201/")]
    [InlineData("//subscriptions/{0}/resourceGroups//g1/providers/Microsoft.RecoveryServices/vaults//v1/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;g1;vm 1/protectedItems//VM;iaasvmcontainerv2;g1;vm 1")]
    public async Task Case_semicolons_and_empty_segments_do_not_matter(string path)
    {
        var answer = await GetAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, path, Sub) + "?api-version=1999-01-01");
        Assert.EndsWith("iaasvmcontainerv2;g1;vm 1", (string)answer["item"]!, StringComparison.Ordinal);
        Assert.False((bool)answer["new"]!);
    }

    [Fact]
    public async Task Addresses_to_poll_are_absolute_and_on_the_name_that_the_client_used()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, ItemPath + "?api-version=2025-02-01") { Headers = { Host = "backup.example:8443" } };
        var direct = await BodyAsync(await _client.SendAsync(request, TestContext.Current.CancellationToken));
        Assert.Equal("http://backup.example:8443/poll?api-version=2025-02-01", (string)direct["poll"]!);

        using var forwarded = new HttpRequestMessage(HttpMethod.Get, ItemPath);
        forwarded.Headers.Add("X-Forwarded-Proto", "https");
        forwarded.Headers.Add("X-Forwarded-Host", "front.example");
        var behind = await BodyAsync(await _client.SendAsync(forwarded, TestContext.Current.CancellationToken));
        Assert.Equal("http://localhost/poll", (string)behind["poll"]!);
    }

    [Fact]
    public async Task What_is_not_served_is_404_and_a_wrong_method_405_in_Azures_shape()
    {
        await AssertErrorAsync(await _client.GetAsync("/nowhere", TestContext.Current.CancellationToken), HttpStatusCode.NotFound, "InvalidResourceType");
        await AssertErrorAsync(await _client.DeleteAsync(ItemPath, TestContext.Current.CancellationToken), HttpStatusCode.MethodNotAllowed, "MethodNotAllowed");
    }

    [Fact]
    public async Task A_right_elsewhere_does_not_count() => await AssertErrorAsync(
        await _client.GetAsync(ItemPath.Replace("g1", "g2", StringComparison.Ordinal), TestContext.Current.CancellationToken),
        HttpStatusCode.Forbidden, "AuthorizationFailed");

    [Theory]
    [InlineData("g1", HttpStatusCode.NoContent)]
    [InlineData("g2", HttpStatusCode.Forbidden)]
    public async Task Resources_that_the_body_names_are_checked_too(string group, HttpStatusCode status)
    {
        var answer = await PutAsync($$"""{"vm":"/subscriptions/{{Sub}}/resourceGroups/{{group}}/providers/Microsoft.Compute/virtualMachines/vm"}""");
        Assert.Equal(status, answer.StatusCode);
    }

    [Theory]
    [InlineData("", "InvalidRequestContent")]
    [InlineData("[]", "HoldfastFieldInvalid")]
    [InlineData("{\"vm\":", "InvalidRequestContent")]
    [InlineData("{\"vm\":null,\"vm\":null}", "InvalidRequestContent")]
    [InlineData("{}", "HoldfastFieldMissing")]
    public async Task A_body_that_cannot_be_used_is_400(string body, string code) => await AssertErrorAsync(await PutAsync(body), HttpStatusCode.BadRequest, code);

    [Fact]
    public async Task A_large_body_is_refused_by_its_announced_length_without_being_read()
    {
        var answer = await _app.GetTestServer().SendAsync(
            http =>
            {
                (http.Request.Method, http.Request.Path) = ("PUT", VaultPath);
                (http.Request.ContentType, http.Request.ContentLength, http.Request.Body) = ("application/json", 100L << 20, new UnreadableStream());
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(413, answer.Response.StatusCode);
    }

    [Fact]
    public async Task A_large_body_of_unknown_length_is_refused_when_the_limit_is_reached()
    {
        var answer = await PutAsync("{\"vm\":\"" + new string('x', 2 << 20) + "\"}", isChunked: true);
        await AssertErrorAsync(answer, HttpStatusCode.RequestEntityTooLarge, "RequestEntityTooLarge");
    }

    [Fact]
    public async Task An_unexpected_failure_tells_nothing_of_the_inside()
    {
        var answer = await _client.GetAsync(VaultPath + "/boom", TestContext.Current.CancellationToken);
        Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await AssertErrorAsync(answer, HttpStatusCode.InternalServerError, "HoldfastInternalError");
    }

    [Theory]
    [InlineData("zh-TW", true)]
    [InlineData("zh-Hant;q=0.9, en;q=0.1", true)]
    [InlineData("de, zh-TW;q=0.5", true)]
    [InlineData("en, zh-TW;q=0.5", false)]
    [InlineData("zh-CN", false)]
    [InlineData("*", false)]
    [InlineData("%%%", false)]
    public async Task Texts_come_in_the_callers_language(string accept, bool isChinese)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.TryAddWithoutValidation("Accept-Language", accept);
        var body = await BodyAsync(await _client.SendAsync(request, TestContext.Current.CancellationToken));
        Assert.Equal(isChinese, ((string)body["error"]!["message"]!).Any(c => c > 0x4e00));
    }

    private static string VaultPath => Scope + "/providers/Microsoft.RecoveryServices/vaults/v1";

    private static string ItemPath => VaultPath + "/backupFabrics/Azure/protectionContainers/c/protectedItems/i";

    private static async Task AssertErrorAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        Assert.Equal(status, answer.StatusCode);
        var error = (await BodyAsync(answer))["error"]!;
        Assert.Equal(code, (string)error["code"]!);
        Assert.NotEqual("", (string)error["message"]!);
    }

    private static async Task<JsonNode> BodyAsync(HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

    private async Task<JsonNode> GetAsync(string path)
    {
        var answer = await _client.GetAsync(new Uri("http://localhost" + path), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await BodyAsync(answer);
    }

    private async Task<HttpResponseMessage> PutAsync(string body, bool isChunked = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, VaultPath) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (isChunked)
        {
            request.Headers.TransferEncodingChunked = true;
            request.Content.Headers.ContentLength = null;
        }

        return await _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private sealed class UnreadableStream : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("The body was read.");

        public override int Read(Span<byte> buffer) => throw new InvalidOperationException("The body was read.");

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The body was read.");

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("The body was read.");
    }
}
