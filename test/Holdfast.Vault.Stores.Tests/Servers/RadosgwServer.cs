using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Holdfast.Vault.S3;

namespace Holdfast.Vault.Stores.Tests.Servers;

/// <summary>Ceph's radosgw, with one bucket without object lock, one that keeps versions, and one with object lock.</summary>
public sealed class RadosgwServer() : StoreServer<S3Store>(
    "radosgw.sh", new S3Scheme(), "", new() { ["AWS_ACCESS_KEY_ID"] = "AKTEST", ["AWS_SECRET_ACCESS_KEY"] = "SKTEST" })
{
    public const string LockedContainer = "locked";

    public const string VersionedContainer = "versioned";

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
        await client.PutBucketAsync(new PutBucketRequest { BucketName = Container });
        await client.PutBucketAsync(new PutBucketRequest { BucketName = LockedContainer, ObjectLockEnabledForBucket = true });
        await client.PutBucketAsync(new PutBucketRequest { BucketName = VersionedContainer });
        await client.PutBucketVersioningAsync(new PutBucketVersioningRequest
        {
            BucketName = VersionedContainer, VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled },
        });
    }
}
