using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ControlPlane.Access;
using Microsoft.IdentityModel.Tokens;

namespace Holdfast.Api.Tests.Identity;

/// <summary>A request without a right token reaches nothing.</summary>
public sealed class TokenTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_token_a_request_is_sent_to_log_in()
    {
        await using var node = await IdentityNode.StartAsync();
        using var answer = await node.Client.GetAsync("/subscriptions", Ct);
        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Contains(IdentityNode.Address + "/adfs", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        await ExpectAsync(node, null, "AuthenticationFailed");
        await ExpectAsync(node, "x", "InvalidAuthenticationToken");
        await ExpectAsync(node, new string('x', 100_000), "InvalidAuthenticationToken");
    }

    [Fact]
    public async Task An_expired_token_is_refused()
    {
        await using var node = await IdentityNode.StartAsync();
        var token = await node.AccessTokenAsync(await node.CredentialAsync());
        node.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await node.GetAsync(token)).Status);
        node.Time.Advance(TimeSpan.FromSeconds(1));
        await ExpectAsync(node, token, "ExpiredAuthenticationToken");
    }

    [Fact]
    public async Task A_forged_token_is_refused()
    {
        await using var node = await IdentityNode.StartAsync();
        var token = (await node.AccessTokenAsync(await node.CredentialAsync())).Split('.');
        var header = JsonNode.Parse(Base64UrlEncoder.Decode(token[0]))!.AsObject();
        var payload = JsonNode.Parse(Base64UrlEncoder.Decode(token[1]))!.AsObject();

        // Changed contents under the old signature.
        payload["appid"] = Guid.NewGuid().ToString();
        await ExpectAsync(node, Join(token[0], payload, token[2]), "InvalidAuthenticationToken");

        // Signed by a key of the forger's own, under the known id.
        using var forger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await ExpectAsync(node, Sign(forger, header, payload), "InvalidAuthenticationToken");

        // Not signed at all.
        header["alg"] = "none";
        await ExpectAsync(node, Join(Encode(header), payload, ""), "InvalidAuthenticationToken");

        // "Signed" with the published key as a shared secret.
        header["alg"] = "HS256";
        var known = (await node.Get<SigningKeys>().CurrentAsync(Ct)).Key.ExportSubjectPublicKeyInfo();
        var text = $"{Encode(header)}.{Encode(payload)}";
        await ExpectAsync(node, $"{text}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(known, Encoding.ASCII.GetBytes(text)))}", "InvalidAuthenticationToken");
    }

    [Fact]
    public async Task A_token_of_another_installation_is_refused()
    {
        await using var node = await IdentityNode.StartAsync();
        await using var other = await IdentityNode.StartAsync();
        await ExpectAsync(node, await other.AccessTokenAsync(await other.CredentialAsync()), "InvalidAuthenticationToken");
    }

    [Fact]
    public async Task Refresh_and_id_tokens_give_no_access()
    {
        await using var node = await IdentityNode.StartAsync();
        var made = await node.CredentialAsync();
        var (_, answer) = await node.TokenAsync(("grant_type", "password"), ("client_id", "c"), ("username", made.AppId.ToString()), ("password", made.Secret));
        await ExpectAsync(node, (string)answer["refresh_token"]!, "InvalidAuthenticationToken");
        await ExpectAsync(node, (string)answer["id_token"]!, "InvalidAuthenticationToken");

        // And an access token refreshes nothing.
        Assert.Equal(400, (await node.TokenAsync(("grant_type", "refresh_token"), ("refresh_token", (string)answer["access_token"]!))).Status);
    }

    [Fact]
    public async Task A_revoked_credentials_tokens_are_refused_within_a_minute()
    {
        await using var node = await IdentityNode.StartAsync();
        await node.CredentialAsync("owner", Roles.Owner);
        var made = await node.CredentialAsync();
        var (_, answer) = await node.TokenAsync(("grant_type", "password"), ("client_id", "c"), ("username", made.AppId.ToString()), ("password", made.Secret));
        var token = (string)answer["access_token"]!;
        Assert.Equal(200, (await node.GetAsync(token)).Status);
        await node.Get<Credentials>().RevokeAsync("alice@local", Ct);
        node.Time.Advance(TimeSpan.FromSeconds(60));
        await ExpectAsync(node, token, "RevokedAuthenticationToken");
        Assert.Equal(400, (await node.TokenAsync(("grant_type", "refresh_token"), ("refresh_token", (string)answer["refresh_token"]!))).Status);
    }

    [Fact]
    public async Task A_rotated_secrets_tokens_are_refused_and_new_ones_accepted()
    {
        await using var node = await IdentityNode.StartAsync();
        var made = await node.CredentialAsync();
        var old = await node.AccessTokenAsync(made);
        var rotated = await node.Get<Credentials>().RotateAsync("alice@local", Ct);
        await ExpectAsync(node, old, "RevokedAuthenticationToken");
        Assert.Equal(200, (await node.GetAsync(await node.AccessTokenAsync(rotated))).Status);
    }

    [Fact]
    public async Task Tokens_outlive_the_rotation_of_the_signing_key()
    {
        await using var node = await IdentityNode.StartAsync();
        var made = await node.CredentialAsync();
        node.Time.Advance(SigningKeys.SignsFor - TimeSpan.FromMinutes(5));
        var before = await node.AccessTokenAsync(made);
        node.Time.Advance(TimeSpan.FromMinutes(10));
        var after = await node.AccessTokenAsync(made);
        Assert.NotEqual(Base64UrlEncoder.Decode(before.Split('.')[0]), Base64UrlEncoder.Decode(after.Split('.')[0]));
        Assert.Equal(200, (await node.GetAsync(before)).Status);
        Assert.Equal(200, (await node.GetAsync(after)).Status);
    }

    [Fact]
    public async Task A_change_is_recorded_with_who_asked_and_reading_is_not()
    {
        await using var node = await IdentityNode.StartAsync();
        var made = await node.CredentialAsync();
        var token = await node.AccessTokenAsync(made);
        await node.GetAsync(token);
        await node.GetAsync(token, "/subscriptions/s/resourceGroups/g", HttpMethod.Put);
        var entry = Assert.Single(await node.Get<AuditLog>().ListAsync(null, 10, Ct));
        Assert.Equal((made.AppId.ToString(), "alice@local"), (entry.Who, entry.WhoName));
        Assert.Equal(("PUT", "/subscriptions/s/resourceGroups/g", AuditOutcome.Succeeded), (entry.Action, entry.Target, entry.Outcome));
    }

    private static async Task ExpectAsync(IdentityNode node, string? token, string code)
    {
        var (status, body) = await node.GetAsync(token);
        Assert.Equal(401, status);
        var error = JsonNode.Parse(body)!["error"]!;
        Assert.Equal(code, (string)error["code"]!);
        Assert.NotEmpty((string)error["message"]!);
    }

    private static string Encode(JsonObject part) => Base64UrlEncoder.Encode(part.ToJsonString());

    private static string Join(string header, JsonObject payload, string signature) => $"{header}.{Encode(payload)}.{signature}";

    private static string Sign(ECDsa key, JsonObject header, JsonObject payload)
    {
        var text = $"{Encode(header)}.{Encode(payload)}";
        return $"{text}.{Base64UrlEncoder.Encode(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256))}";
    }
}
