using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Holdfast.Api.Tests.Identity;

public sealed class DiscoveryTests
{
    private const string B = IdentityNode.Address;

    [Fact]
    public async Task Old_clients_get_the_classic_shape_of_the_metadata()
    {
        await using var node = await IdentityNode.StartAsync();
        var document = await node.DocumentAsync("/metadata/endpoints?api-version=2015-01-01");
        Assert.Equal(B, (string)document["galleryEndpoint"]!);
        Assert.Equal(B + "/graph", (string)document["graphEndpoint"]!);
        Assert.Equal(B, (string)document["portalEndpoint"]!);
        Assert.Equal(B + "/adfs", (string)document["authentication"]!["loginEndpoint"]!);
        Assert.Equal(B + "/", (string)document["authentication"]!["audiences"]![0]!);
    }

    [Fact]
    public async Task New_clients_get_one_cloud_and_those_between_a_list_of_it()
    {
        await using var node = await IdentityNode.StartAsync();
        var one = await node.DocumentAsync("/metadata/endpoints?api-version=2022-09-01");
        Assert.Equal(B, (string)one["resourceManager"]!);
        Assert.Equal(B + "/adfs", (string)one["authentication"]!["loginEndpoint"]!);
        Assert.Equal("ADFS", (string)one["authentication"]!["identityProvider"]!);
        foreach (var name in (string[])["name", "graphAudience", "portal", "graph", "gallery", "vmImageAliasDoc", "microsoftGraphResourceId"])
            Assert.NotNull(one[name]);
        foreach (var name in (string[])["storage", "keyVaultDns", "acrLoginServer", "sqlServerHostname"])
            Assert.NotNull(one["suffixes"]![name]);

        var list = await node.DocumentAsync("/metadata/endpoints?api-version=2019-05-01");
        Assert.Equal(one.ToJsonString(), Assert.Single(list.AsArray())!.ToJsonString());
    }

    [Theory]
    [InlineData("/adfs")]
    [InlineData("/adfs/adfs")]
    [InlineData("/" + IdentityNode.Tenant + "/v2.0")]
    [InlineData("/organizations/v2.0")]
    public async Task Wherever_a_client_looks_it_finds_a_token_endpoint_that_answers(string authority)
    {
        await using var node = await IdentityNode.StartAsync();
        var document = await node.DocumentAsync(authority + "/.well-known/openid-configuration");
        Assert.Equal(B + authority, (string)document["issuer"]!);
        var made = await node.CredentialAsync();
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", made.AppId.ToString()), new("client_secret", made.Secret)]);
        using var answer = await node.Client.PostAsync((string)document["token_endpoint"]!, form, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.NotEmpty((await node.DocumentAsync((string)document["jwks_uri"]!))["keys"]!.AsArray());
        Assert.NotNull(document["authorization_endpoint"]);
    }

    [Fact]
    public async Task A_token_can_be_verified_with_the_published_key_alone_and_no_private_half_is_published()
    {
        await using var node = await IdentityNode.StartAsync();
        var token = (await node.AccessTokenAsync(await node.CredentialAsync())).Split('.');
        var key = (await node.DocumentAsync("/adfs/discovery/keys"))["keys"]![0]!;
        Assert.Null(key["d"]);
        using var ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64UrlEncoder.DecodeBytes((string)key["x"]!), Y = Base64UrlEncoder.DecodeBytes((string)key["y"]!) },
        });
        Assert.True(ecdsa.VerifyData(Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"), Base64UrlEncoder.DecodeBytes(token[2]), HashAlgorithmName.SHA256));
    }

    [Fact]
    public async Task A_resource_whose_name_ends_like_a_log_in_address_is_not_one()
    {
        await using var node = await IdentityNode.StartAsync();
        Assert.Equal(401, (await node.GetAsync(null, "/subscriptions/x/oauth2/token", HttpMethod.Post)).Status);
        Assert.Equal(405, (await node.GetAsync(null, "/adfs/oauth2/token")).Status);
    }
}
