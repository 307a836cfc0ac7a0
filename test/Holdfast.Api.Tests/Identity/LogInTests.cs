using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ControlPlane.Access;
using Microsoft.IdentityModel.Tokens;

namespace Holdfast.Api.Tests.Identity;

public sealed class LogInTests
{
    /// <summary>The form exactly as azure-cli sends it, double slash and all.</summary>
    [Fact]
    public async Task A_service_principal_logs_in_as_az_does()
    {
        await using var node = await IdentityNode.StartAsync();
        var made = await node.CredentialAsync();
        var (status, answer) = await node.TokenAsync(
            ("grant_type", "client_credentials"), ("client_id", made.AppId.ToString()), ("client_secret", made.Secret), ("client_info", "1"),
            ("claims", """{"access_token":{"xms_cc":{"values":["CP1"]}}}"""), ("scope", "https://localhost:8443//.default"));
        Assert.Equal(200, status);
        Assert.Equal("Bearer", (string)answer["token_type"]!);
        Assert.Equal(3600, (int)answer["expires_in"]!);
        Assert.Null(answer["refresh_token"]);
        Assert.Equal((200, "alice@local"), await node.GetAsync((string)answer["access_token"]!));
    }

    [Fact]
    public async Task A_user_logs_in_as_az_does_and_gets_what_az_keeps()
    {
        await using var node = await IdentityNode.StartAsync();
        var made = await node.CredentialAsync();
        var (status, answer) = await node.TokenAsync(
            ("grant_type", "password"), ("client_id", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"), ("username", "alice@local"), ("password", made.Secret),
            ("scope", "https://localhost:8443//.default offline_access openid profile"));
        Assert.Equal(200, status);
        var id = Payload((string)answer["id_token"]!);
        Assert.Equal("04b07795-8ddb-461a-bbee-02f9e1bf7b46", (string)id["aud"]!);
        Assert.Equal("alice@local", (string)id["upn"]!);
        Assert.Equal(IdentityNode.Tenant, (string)id["tid"]!);
        var info = JsonNode.Parse(Base64UrlEncoder.Decode((string)answer["client_info"]!))!;
        Assert.Equal((made.AppId.ToString(), IdentityNode.Tenant), ((string)info["uid"]!, (string)info["utid"]!));

        var (refreshed, again) = await node.TokenAsync(("grant_type", "refresh_token"), ("client_id", "x"), ("refresh_token", (string)answer["refresh_token"]!));
        Assert.Equal(200, refreshed);
        Assert.Equal((200, "alice@local"), await node.GetAsync((string)again["access_token"]!));
    }

    [Fact]
    public async Task A_client_may_name_itself_in_the_header()
    {
        await using var node = await IdentityNode.StartAsync();
        var made = await node.CredentialAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/adfs/oauth2/token") { Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{made.AppId}:{made.Secret}")));
        using var answer = await node.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_wrong_secret_and_an_unknown_id_are_answered_alike_and_recorded()
    {
        await using var node = await IdentityNode.StartAsync();
        var made = await node.CredentialAsync();
        var wrong = await node.TokenAsync(("grant_type", "client_credentials"), ("client_id", made.AppId.ToString()), ("client_secret", "wrong"));
        var unknown = await node.TokenAsync(("grant_type", "client_credentials"), ("client_id", Guid.NewGuid().ToString()), ("client_secret", "wrong"));
        Assert.Equal(401, wrong.Status);
        Assert.Equal("invalid_client", (string)wrong.Answer["error"]!);
        Assert.StartsWith("AADSTS", (string)wrong.Answer["error_description"]!, StringComparison.Ordinal);
        Assert.Equal((wrong.Status, wrong.Answer.ToJsonString()), (unknown.Status, unknown.Answer.ToJsonString()));

        var entries = await node.Get<AuditLog>().ListAsync(null, 10, TestContext.Current.CancellationToken);
        Assert.Equal(2, entries.Count);
        Assert.All(entries, e => Assert.Equal(AuditOutcome.Refused, e.Outcome));
    }

    [Fact]
    public async Task After_ten_failures_even_the_right_secret_waits()
    {
        await using var node = await IdentityNode.StartAsync();
        var made = await node.CredentialAsync();
        for (var i = 0; i < LoginThrottle.FailuresMax; i++)
            Assert.Equal(400, (await node.TokenAsync(("grant_type", "password"), ("username", "alice@local"), ("password", "wrong"))).Status);
        Assert.Equal(429, (await node.TokenAsync(("grant_type", "password"), ("username", "alice@local"), ("password", made.Secret))).Status);
        node.Time.Advance(LoginThrottle.Window);
        Assert.Equal(200, (await node.TokenAsync(("grant_type", "password"), ("username", "alice@local"), ("password", made.Secret))).Status);
    }

    [Fact]
    public async Task What_is_no_token_request_is_refused()
    {
        await using var node = await IdentityNode.StartAsync();
        Assert.Equal(400, (await node.TokenAsync(("grant_type", "urn:ietf:params:oauth:grant-type:device_code"))).Status);
        Assert.Equal(400, (await node.TokenAsync(("grant_type", "client_credentials"), ("client_id", "a"), ("client_id", "b"))).Status);
        Assert.Equal(400, (await node.TokenAsync(("grant_type", "refresh_token"), ("refresh_token", "x"))).Status);
        using var json = await node.Client.PostAsync("/adfs/oauth2/token", new StringContent("{}", Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)json.StatusCode);
    }

    private static JsonObject Payload(string token) => JsonNode.Parse(Base64UrlEncoder.Decode(token.Split('.')[1]))!.AsObject();
}
