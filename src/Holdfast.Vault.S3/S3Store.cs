using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace Holdfast.Vault.S3;

/// <summary>A store in a bucket, below a prefix. An object is one key.</summary>
/// <remarks>
/// INV-1 holds by the condition <c>If-None-Match: *</c> on every request that makes an object: never by looking first. In buckets with versions, where some
/// servers overlook the condition, the oldest version is the object, and who made a later one takes it away again: see <c>SettleAsync</c>.
/// </remarks>
/// <param name="client">The client, which becomes the store's own.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="prefix">What keys begin with, without a slash at its end; may be empty.</param>
/// <param name="description">The place, as it is shown.</param>
/// <param name="limits">The rates.</param>
/// <param name="time">The clock.</param>
public sealed partial class S3Store(IAmazonS3 client, string bucket, string prefix, string description, TransferLimits limits, TimeProvider time)
    : RemoteStore(prefix, description, limits, time), IDisposable
{
    private static readonly TimeSpan RemainsAfter = TimeSpan.FromHours(24);

    /// <summary>How long an upload that was begun must have stood still to be held for a dead writer's.</summary>
    public TimeSpan RemainsOlderThan { get; init; } = RemainsAfter;

    internal IAmazonS3 Client => client;

    internal string Bucket => bucket;

    /// <summary>The uploads of this process, which are alive.</summary>
    private ConcurrentDictionary<string, bool> OwnUploads { get; } = new();

    /// <inheritdoc/>
    public override async ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => (await HeadAsync(name, ct))?.ContentLength;

    /// <inheritdoc/>
    public override async ValueTask RemoveRemainsAsync(CancellationToken ct)
    {
        var before = Time.GetUtcNow() - RemainsOlderThan;
        var request = new ListMultipartUploadsRequest { BucketName = Bucket, Prefix = Prefix };
        do
        {
            var page = await CallAsync(() => Client.ListMultipartUploadsAsync(request, ct), $"Can't list the unfinished uploads of {Description}", ct);
            foreach (var upload in page.MultipartUploads ?? [])
            {
                if (upload.Initiated?.ToUniversalTime() < before && !OwnUploads.ContainsKey(upload.UploadId) && await IsStillAsync(upload, before, ct))
                {
                    await AbortAsync(upload.Key, upload.UploadId, ct);
                }
            }

            (request.KeyMarker, request.UploadIdMarker) = page.IsTruncated == true ? (page.NextKeyMarker, page.NextUploadIdMarker) : (null, null);
        }
        while (request.KeyMarker is not null);
        await RemoveLaterVersionsAsync(ct);
    }

    /// <inheritdoc/>
    /// <remarks>The time of an object that is made for it: to the second.</remarks>
    public override async ValueTask<DateTimeOffset> GetUtcNowAsync(CancellationToken ct)
    {
        var name = ObjectName.Of($"{StoreProbe.Prefix}clock-{Guid.NewGuid():N}");
        await CreateAsync(name, new byte[1], ct);
        var head = await HeadAsync(name, ct);
        await DeleteAsync(name, ct);
        return head?.LastModified is { } time
            ? new DateTimeOffset(time.ToUniversalTime())
            : throw new VaultException(VaultErrorKind.StoreUnfit, $"{Description} doesn't show an object that was just created, or no time of it.");
    }

    /// <inheritdoc/>
    public void Dispose() => Client.Dispose();

    /// <inheritdoc/>
    protected override ValueTask<CreateOutcome> PutAsync(ObjectName name, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken ct) => CreateAsync(
        name,
        async () =>
        {
            using var body = BodyOf(content);
            var reply = await Client.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = Bucket, Key = KeyOf(name), InputStream = body, AutoCloseStream = false, IfNoneMatch = "*", UseChunkEncoding = false,
                    ContentType = "application/octet-stream",
                },
                ct);
            return await SettleAsync(name, reply.VersionId, ct);
        },
        ct);

    /// <inheritdoc/>
    protected override BufferedUpload BeginUpload(ObjectName name) => new Upload(this, name);

    /// <inheritdoc/>
    protected override async Task<int> ReadRangeAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct)
    {
        var range = new ByteRange(offset, offset + target.Length - 1);
        using var reply = await Client.GetObjectAsync(new GetObjectRequest { BucketName = Bucket, Key = KeyOf(name), ByteRange = range }, ct);
        return await FillAsync(reply.ResponseStream, reply.ContentLength, target, ct);
    }

    /// <inheritdoc/>
    protected override async IAsyncEnumerable<(string Key, long Bytes)> ListKeysAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var page in PagesAsync(new ListObjectsV2Request { BucketName = Bucket, Prefix = prefix }, ct))
        {
            foreach (var item in page.S3Objects ?? [])
            {
                yield return (item.Key, item.Size ?? 0);
            }
        }
    }

    /// <inheritdoc/>
    protected override async IAsyncEnumerable<string> ListKeysBelowAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var page in PagesAsync(new ListObjectsV2Request { BucketName = Bucket, Prefix = prefix, Delimiter = "/" }, ct))
        {
            foreach (var folder in page.CommonPrefixes ?? [])
            {
                yield return folder;
            }
        }
    }

    /// <inheritdoc/>
    protected override bool IsOurs(Exception e, CancellationToken ct) => S3Errors.IsOurs(e, ct);

    /// <inheritdoc/>
    protected override RemoteAnswer AnswerOf(Exception e) => e is AmazonS3Exception failed ? S3Errors.AnswerOf(failed) : RemoteAnswer.None;

    /// <inheritdoc/>
    protected override VaultException ErrorOf(Exception e, string what) => S3Errors.From(e, what);

    private async IAsyncEnumerable<ListObjectsV2Response> PagesAsync(ListObjectsV2Request request, [EnumeratorCancellation] CancellationToken ct)
    {
        do
        {
            var page = await CallAsync(() => Client.ListObjectsV2Async(request, ct), $"Can't list {Description}", ct);
            yield return page;
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    private async ValueTask AbortAsync(string key, string upload, CancellationToken ct) => await CallAsync(
        async () =>
        {
            try
            {
                await Client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = Bucket, Key = key, UploadId = upload }, ct);
            }
            catch (AmazonS3Exception e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
            {
                // It was finished or given up meanwhile.
            }

            return true;
        },
        $"Can't give up an unfinished upload in {Description}", ct);

    private ValueTask<GetObjectMetadataResponse?> HeadAsync(ObjectName name, CancellationToken ct) => FindAsync(
        name, () => Client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = Bucket, Key = KeyOf(name) }, ct), ct);

    private async ValueTask<bool> IsStillAsync(MultipartUpload upload, DateTimeOffset before, CancellationToken ct) => await CallAsync(
        async () =>
        {
            try
            {
                var parts = await Client.ListPartsAsync(new ListPartsRequest { BucketName = Bucket, Key = upload.Key, UploadId = upload.UploadId }, ct);
                return (parts.Parts ?? []).TrueForAll(p => p.LastModified?.ToUniversalTime() < before);
            }
            catch (AmazonS3Exception e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
            {
                return false;
            }
        },
        $"Can't look at an unfinished upload in {Description}", ct);
}
