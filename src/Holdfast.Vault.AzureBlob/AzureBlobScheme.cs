using Azure;
using Azure.Core.Pipeline;
using Azure.Storage;
using Azure.Storage.Blobs;

namespace Holdfast.Vault.AzureBlob;

/// <summary>
/// Stores in blob containers: <c>azblob://ACCOUNT/CONTAINER/PREFIX</c> and <c>https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX</c> at Azure,
/// <c>azblob+https://HOST[:PORT]/ACCOUNT/CONTAINER/PREFIX</c> at another server, <c>azblob+http://</c> for one on this machine.
/// </summary>
public sealed class AzureBlobScheme : IStoreScheme
{
    private const string Form = "azblob://ACCOUNT/CONTAINER/PREFIX or azblob+https://HOST[:PORT]/ACCOUNT/CONTAINER/PREFIX";
    private const string PublicSuffix = "blob.core.windows.net";

    /// <summary>The variable that names a PEM file with the authorities that are trusted for these stores, and for nothing else, instead of the system's.</summary>
    public const string TrustVariable = "AZURE_STORAGE_CA_BUNDLE";

    /// <inheritdoc/>
    public string Kind => "azblob";

    /// <inheritdoc/>
    public bool Knows(string place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return place.StartsWith("azblob://", StringComparison.Ordinal) || place.StartsWith("azblob+http", StringComparison.Ordinal)
            || (place.StartsWith("https://", StringComparison.Ordinal) && place[8..].Split('/')[0].Contains(".blob.", StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public IObjectStore Open(string place, StoreContext context)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(context);
        var plain = place.StartsWith("azblob+http:", StringComparison.Ordinal);
        var (authority, path) = PlaceUrl.Split(place, Form, plain);
        var connection = ConnectionParts(context.Credentials["AZURE_STORAGE_CONNECTION_STRING"]);
        string account, container, endpoint;
        string[] rest;
        if (place.StartsWith("azblob://", StringComparison.Ordinal))
        {
            (account, container, rest) = (authority, path.FirstOrDefault() ?? "", path.Length > 1 ? path[1..] : []);
            endpoint = connection.TryGetValue("BlobEndpoint", out var given) && connection.GetValueOrDefault("AccountName") == account
                ? given.TrimEnd('/') : $"https://{account}.{(connection.TryGetValue("EndpointSuffix", out var suffix) ? "blob." + suffix : PublicSuffix)}";
        }
        else if (place.StartsWith("https://", StringComparison.Ordinal))
        {
            (account, container, rest) = (authority.Split('.')[0], path.FirstOrDefault() ?? "", path.Length > 1 ? path[1..] : []);
            endpoint = $"https://{authority}";
        }
        else
        {
            (account, container, rest) = (path.FirstOrDefault() ?? "", path.ElementAtOrDefault(1) ?? "", path.Length > 2 ? path[2..] : []);
            endpoint = $"{(plain ? "http" : "https")}://{authority}/{account}";
        }

        if (account.Length == 0 || container.Length == 0)
        {
            throw PlaceUrl.Invalid(Form, "account or container is missing");
        }

        if (!Uri.TryCreate($"{endpoint}/{container}", UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && !url.IsLoopback))
        {
            throw PlaceUrl.Invalid(Form, "its endpoint isn't an https URL");
        }

        return new AzureBlobStore(ClientOf(url, account, connection, context.Credentials), string.Join('/', rest), place, context.Limits, context.Time)
        {
            IsGovernance = context.Credentials.IsGovernance,
        };
    }

    private static BlobContainerClient ClientOf(Uri url, string account, Dictionary<string, string> connection, StoreCredentials credentials)
    {
        var options = new BlobClientOptions { Diagnostics = { IsLoggingEnabled = false, IsDistributedTracingEnabled = false, IsTelemetryEnabled = false } };

        // What is repeated, and for how long, is decided in one place: by the decorators.
        options.Retry.MaxRetries = 0;
        options.Retry.NetworkTimeout = Timeout.InfiniteTimeSpan;
#pragma warning disable CA2000 // The client lives as long as the process.
        options.Transport = new HttpClientTransport(new HttpClient(StoreTrust.Handler(StoreTrust.Read(credentials, TrustVariable)))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        });
#pragma warning restore CA2000
        var isOwn = connection.GetValueOrDefault("AccountName") is not { } named || named == account;
        var key = credentials["AZURE_STORAGE_KEY"] ?? (isOwn ? connection.GetValueOrDefault("AccountKey") : null);
        var sas = credentials["AZURE_STORAGE_SAS_TOKEN"] ?? (isOwn ? connection.GetValueOrDefault("SharedAccessSignature") : null);
        try
        {
            return key is not null ? new BlobContainerClient(url, new StorageSharedKeyCredential(account, key), options)
                : sas is not null ? new BlobContainerClient(url, new AzureSasCredential(sas.TrimStart('?')), options)
                : url.Scheme == Uri.UriSchemeHttps ? new BlobContainerClient(url, new PlatformIdentity(credentials), options)
                : throw NoCredentials("there are none, and tokens go over TLS only: set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING");
        }
        catch (FormatException)
        {
            // Without the inner exception: nothing of the key may get into a log.
            throw NoCredentials("the account's key isn't base64");
        }
    }

    private static VaultException NoCredentials(string reason) => new(VaultErrorKind.NotAuthenticated, $"The credentials for the storage account can't be used: {reason}.");

    private static Dictionary<string, string> ConnectionParts(string? connection) => (connection ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)
        .Select(p => p.Split('=', 2)).Where(p => p.Length == 2).GroupBy(p => p[0].Trim()).ToDictionary(g => g.Key, g => g.Last()[1].Trim());
}
