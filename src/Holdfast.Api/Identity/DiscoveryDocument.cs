using System.Text.Json.Nodes;
using Holdfast.ControlPlane.Access;
using Microsoft.IdentityModel.Tokens;

namespace Holdfast.Api.Identity;

/// <summary>OpenID Connect discovery and the public keys, in the places where clients of AD FS and of Entra ID look.</summary>
internal static class DiscoveryDocument
{
    /// <summary>The discovery document of an authority.</summary>
    /// <param name="authority">The address before <c>/.well-known</c>: …/adfs, or …/TENANT/v2.0.</param>
    /// <param name="tenant">The tenant.</param>
    public static JsonObject Of(string authority, Guid tenant)
    {
        var v2 = authority.EndsWith("/v2.0", StringComparison.OrdinalIgnoreCase);
        var above = v2 ? authority[..^"/v2.0".Length] : authority;
        var oauth = above + (v2 ? "/oauth2/v2.0" : "/oauth2");
        return new()
        {
            ["issuer"] = authority,
            ["authorization_endpoint"] = oauth + "/authorize",
            ["token_endpoint"] = oauth + "/token",
            ["jwks_uri"] = above + (v2 ? "/discovery/v2.0/keys" : "/discovery/keys"),
            ["tenant"] = tenant.ToString(),
            ["grant_types_supported"] = new JsonArray("client_credentials", "password", "refresh_token"),
            ["token_endpoint_auth_methods_supported"] = new JsonArray("client_secret_post", "client_secret_basic"),
            ["response_types_supported"] = new JsonArray("token"),
            ["subject_types_supported"] = new JsonArray("public"),
            ["id_token_signing_alg_values_supported"] = new JsonArray("ES256"),
            ["scopes_supported"] = new JsonArray("openid", "profile", "offline_access"),
        };
    }

    /// <summary>The public halves of the signing keys (RFC 7517).</summary>
    public static JsonObject Keys(IEnumerable<SigningKey> keys) => new()
    {
        ["keys"] = new JsonArray([.. keys.Select(k =>
        {
            var point = k.Key.ExportParameters(includePrivateParameters: false).Q;
            return (JsonNode)new JsonObject
            {
                ["kty"] = "EC", ["crv"] = "P-256", ["use"] = "sig", ["alg"] = "ES256", ["kid"] = k.KeyId,
                ["x"] = Base64UrlEncoder.Encode(point.X), ["y"] = Base64UrlEncoder.Encode(point.Y),
            };
        })]),
    };
}
