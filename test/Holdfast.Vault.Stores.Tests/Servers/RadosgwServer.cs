using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Holdfast.Vault.S3;

namespace Holdfast.Vault.Stores.Tests.Servers;

/// <summary>Ceph's radosgw, with one bucket without object lock and one with it.</summary>
public sealed class RadosgwServer() : StoreServer("radosgw.sh")
{
    public const string Bucket = "plain";
    public const string LockedBucket = "locked";

    /// <summary>What the keys of the server are given by.</summary>
    public static Dictionary<string, string> Variables { get; } = new() { ["AWS_ACCESS_KEY_ID"] = "AKTEST", ["AWS_SECRET_ACCESS_KEY"] = "SKTEST" };

    public StoreContext Context { get; } = new() { Credentials = StoreCredentials.Of(Variables) };

    /// <summary>A place of its own for each test.</summary>
    public string NewPlace(string bucket = Bucket) => $"s3+http://{Url.Authority}/{bucket}/{Guid.NewGuid():N}";

    /// <summary>The bare store of a place.</summary>
    public S3Store Open(string place, StoreContext? context = null) => (S3Store)new S3Scheme().Open(place, context ?? Context);

    public AmazonS3Client Client() => new(
        new BasicAWSCredentials("AKTEST", "SKTEST"),
        new AmazonS3Config
        {
            ServiceURL = Url.ToString(), ForcePathStyle = true, UseHttp = true, AuthenticationRegion = "us-east-1",
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED, ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });

    protected override async Task PrepareAsync()
    {
        using var client = Client();
        await client.PutBucketAsync(new PutBucketRequest { BucketName = Bucket });
        await client.PutBucketAsync(new PutBucketRequest { BucketName = LockedBucket, ObjectLockEnabledForBucket = true });
    }
}
