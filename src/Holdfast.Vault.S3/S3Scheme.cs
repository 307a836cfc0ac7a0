using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Holdfast.Vault.S3;

/// <summary>
/// Stores in buckets: <c>s3://BUCKET/PREFIX</c> at Amazon (or where AWS_ENDPOINT_URL says), <c>s3+https://HOST[:PORT]/BUCKET/PREFIX</c> at any other server,
/// <c>s3+http://</c> for a server on this machine; <c>s3:https://…</c> is understood, too.
/// </summary>
public sealed class S3Scheme : IStoreScheme
{
    private const string Form = "s3://BUCKET/PREFIX or s3+https://HOST[:PORT]/BUCKET/PREFIX";
    private const string DefaultRegion = "us-east-1";

    /// <summary>The variable that names a PEM file with the authorities that are trusted for these stores, and for nothing else, instead of the system's.</summary>
    public const string TrustVariable = "AWS_CA_BUNDLE";

    /// <inheritdoc/>
    public string Kind => "s3";

    /// <inheritdoc/>
    public bool Knows(string place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return place.StartsWith("s3://", StringComparison.Ordinal) || place.StartsWith("s3+http", StringComparison.Ordinal)
            || place.StartsWith("s3:http", StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public IObjectStore Open(string place, StoreContext context)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(context);
        var credentials = context.Credentials;
        var region = credentials["AWS_REGION"] ?? credentials["AWS_DEFAULT_REGION"] ?? DefaultRegion;
        var config = new AmazonS3Config
        {
            // What is repeated, and for how long, is decided in one place: by the decorators.
            MaxErrorRetry = 0,
            Timeout = Timeout.InfiniteTimeSpan,
            AuthenticationRegion = region,

            // A pack goes out in pieces of this size, each of them one call of the kernel; the SDK's own is 8 KiB.
            BufferSize = 256 << 10,

            // Servers other than Amazon's don't know the newer checksums; the payload is signed, and what is read is authenticated by the vault.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (StoreTrust.Read(credentials, TrustVariable) is { } trusted)
        {
            config.HttpClientFactory = new TrustingClientFactory(trusted);
        }

        var (bucket, prefix) = Read(place, credentials, config);
        if (config.ServiceURL is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        // The SDK's own log of requests stays off; nothing of it may reach ours.
        AmazonS3Client client;
        try
        {
            client = credentials["AWS_ACCESS_KEY_ID"] is { } id && credentials["AWS_SECRET_ACCESS_KEY"] is { } secret
                ? credentials["AWS_SESSION_TOKEN"] is { } token
                    ? new AmazonS3Client(new SessionAWSCredentials(id, secret, token), config)
                    : new AmazonS3Client(new BasicAWSCredentials(id, secret), config)
                : new AmazonS3Client(config);
        }
        catch (AmazonClientException)
        {
            throw new VaultException(VaultErrorKind.NotAuthenticated, "There are no credentials for S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
        }

        return new S3Store(client, bucket, prefix, place, context.Limits, context.Time)
        {
            LockMode = credentials.IsGovernance ? ObjectLockRetentionMode.Governance : ObjectLockRetentionMode.Compliance,
        };
    }

    /// <summary>Bucket and prefix of a place; where another server is meant, the configuration is told.</summary>
    private static (string Bucket, string Prefix) Read(string place, StoreCredentials credentials, AmazonS3Config config)
    {
        var plain = place.StartsWith("s3+http:", StringComparison.Ordinal) || place.StartsWith("s3:http:", StringComparison.Ordinal);
        var (authority, path) = PlaceUrl.Split(place, Form, plain);
        if (place.StartsWith("s3://", StringComparison.Ordinal) && !authority.Contains(':', StringComparison.Ordinal))
        {
            if ((credentials["AWS_ENDPOINT_URL_S3"] ?? credentials["AWS_ENDPOINT_URL"]) is { } endpoint)
            {
                if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && !url.IsLoopback) || url.UserInfo.Length > 0)
                {
                    throw PlaceUrl.Invalid(Form, "AWS_ENDPOINT_URL isn't the https URL of a server");
                }

                (config.ServiceURL, config.ForcePathStyle) = (endpoint, true);
            }

            return (authority, string.Join('/', path));
        }

        if (path.Length == 0)
        {
            throw PlaceUrl.Invalid(Form, "the bucket is missing");
        }

        (config.ServiceURL, config.ForcePathStyle, config.UseHttp) = ($"{(plain ? "http" : "https")}://{authority}", true, plain);
        return (path[0], string.Join('/', path[1..]));
    }
}
