using System.Text.Json.Nodes;

namespace Holdfast.Api.Identity;

/// <summary>
/// What <c>/metadata/endpoints</c> answers: where a client logs in, and what else Azure clouds have. Its shape depends on the api-version. The log-in
/// address ends in <c>/adfs</c>, since clients then ask nobody else about the authority.
/// </summary>
internal static class CloudMetadata
{
    /// <summary>The document of an api-version; unknown ones get the shape of the closest older one.</summary>
    public static JsonNode Of(string address, string? apiVersion)
    {
        var version = apiVersion ?? "";
        if (string.CompareOrdinal(version, "2018") < 0)
            return Classic(address);
        return string.CompareOrdinal(version, "2020") < 0 ? new JsonArray(Cloud(address)) : Cloud(address);
    }

    private static JsonObject Classic(string address) => new()
    {
        ["galleryEndpoint"] = address,
        ["graphEndpoint"] = address + "/graph",
        ["portalEndpoint"] = address,
        ["authentication"] = new JsonObject { ["loginEndpoint"] = address + "/adfs", ["audiences"] = new JsonArray(address + "/") },
    };

    private static JsonObject Cloud(string address)
    {
        var host = new Uri(address).Host;
        return new()
        {
            ["name"] = "Holdfast",
            ["portal"] = address,
            ["authentication"] = new JsonObject
            {
                ["loginEndpoint"] = address + "/adfs",
                ["audiences"] = new JsonArray(address + "/"),
                ["tenant"] = "adfs",
                ["identityProvider"] = "ADFS",
            },
            ["graph"] = address + "/graph",
            ["graphAudience"] = address + "/graph",
            ["microsoftGraphResourceId"] = address + "/graph",
            ["resourceManager"] = address,
            ["gallery"] = address,
            ["vmImageAliasDoc"] = address + "/aliases.json",

            // Clients refuse a cloud without these; there are no such services here.
            ["suffixes"] = new JsonObject
            {
                ["storage"] = "store." + host,
                ["keyVaultDns"] = "vault." + host,
                ["acrLoginServer"] = "cr." + host,
                ["sqlServerHostname"] = "db." + host,
            },
        };
    }
}
