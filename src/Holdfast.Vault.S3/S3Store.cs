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
public sealed partial class S3Store : IObjectStore, IFolderListing, IStoreClock, IDisposable
{
    private static readonly TimeSpan RemainsAfter = TimeSpan.FromHours(24);

    private readonly TransferLimits _limits;
    private readonly TimeProvider _time;

    /// <summary>A store in this bucket.</summary>
    /// <param name="client">The client, which becomes the store's own.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="prefix">What keys begin with, without a slash at its end; may be empty.</param>
    /// <param name="description">The place, as it is shown.</param>
    /// <param name="limits">The rates.</param>
    /// <param name="time">The clock.</param>
    public S3Store(IAmazonS3 client, string bucket, string prefix, string description, TransferLimits limits, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        (Client, Bucket, Description, _limits, _time) = (client, bucket, description, limits, time);
        Prefix = prefix.Length == 0 ? "" : prefix + "/";
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <summary>The length from which an upload is sent part by part; another value than the default is for tests.</summary>
    public int PartBytes { get; init; } = BufferedUpload.PartBytesDefault;

    /// <summary>How long an upload that was begun must have stood still to be held for a dead writer's.</summary>
    public TimeSpan RemainsOlderThan { get; init; } = RemainsAfter;

    internal IAmazonS3 Client { get; }

    internal string Bucket { get; }

    internal string Prefix { get; }

    /// <summary>The uploads of this process, which are alive.</summary>
    internal ConcurrentDictionary<string, bool> OwnUploads { get; } = new();

    /// <inheritdoc/>
    public async ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct) =>
        await PutAsync(name, [content], ct);

    /// <inheritdoc/>
    public ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return new(new S3Upload(this, name));
    }

    /// <inheritdoc/>
    public async ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => (await HeadAsync(name, ct))?.ContentLength;

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct)
    {
        if (target.Length == 0)
        {
            return await GetSizeAsync(name, ct) is null ? -1 : 0;
        }

        return await CallAsync(
            async () =>
            {
                try
                {
                    using var reply = await Client.GetObjectAsync(
                        new GetObjectRequest { BucketName = Bucket, Key = KeyOf(name), ByteRange = new ByteRange(offset, offset + target.Length - 1) }, ct);
                    var expected = (int)Math.Min(target.Length, reply.ContentLength);
                    var read = await reply.ResponseStream.ReadToAsync(target[..expected], _limits.Download, ct);
                    return read == expected ? read : throw new IOException("The reply ended early.");
                }
                catch (AmazonS3Exception e) when (S3Errors.IsPastEnd(e))
                {
                    return 0;
                }
                catch (AmazonS3Exception e) when (S3Errors.IsMissing(e))
                {
                    return -1;
                }
            },
            "Can't read", name, ct);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = new ListObjectsV2Request { BucketName = Bucket, Prefix = Prefix + prefix };
        do
        {
            var page = await CallAsync(() => Client.ListObjectsV2Async(request, ct), $"Can't list {Description}", ct);
            foreach (var item in page.S3Objects ?? [])
            {
                if (ObjectName.TryParse(item.Key[Prefix.Length..], out var name))
                {
                    yield return new StoredObject(name, item.Size ?? 0);
                }
            }

            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var request = new ListObjectsV2Request { BucketName = Bucket, Prefix = Prefix, Delimiter = "/" };
        do
        {
            var page = await CallAsync(() => Client.ListObjectsV2Async(request, ct), $"Can't list {Description}", ct);
            foreach (var folder in page.CommonPrefixes ?? [])
            {
                yield return folder[Prefix.Length..].TrimEnd('/');
            }

            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    /// <inheritdoc/>
    public async ValueTask RemoveRemainsAsync(CancellationToken ct)
    {
        var before = _time.GetUtcNow() - RemainsOlderThan;
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
    public async ValueTask<DateTimeOffset> GetUtcNowAsync(CancellationToken ct)
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

    internal string KeyOf(ObjectName name) => Prefix + name.Value;

    internal ValueTask<CreateOutcome> PutAsync(ObjectName name, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken ct) => CallAsync(
        async () =>
        {
            using var body = new ContentStream(content, _limits.Upload);
            var request = new PutObjectRequest
            {
                BucketName = Bucket, Key = KeyOf(name), InputStream = body, AutoCloseStream = false, IfNoneMatch = "*", UseChunkEncoding = false,
                ContentType = "application/octet-stream",
            };
            try
            {
                var reply = await Client.PutObjectAsync(request, ct);
                return await SettleAsync(name, reply.VersionId, ct);
            }
            catch (AmazonS3Exception e) when (S3Errors.IsTaken(e))
            {
                return CreateOutcome.AlreadyExists;
            }
        },
        "Can't create", name, ct);

    internal ContentStream PartOf(IReadOnlyList<ReadOnlyMemory<byte>> content) => new(content, _limits.Upload);

    internal async ValueTask AbortAsync(string key, string upload, CancellationToken ct) => await CallAsync(
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

    internal async ValueTask<GetObjectMetadataResponse?> HeadAsync(ObjectName name, CancellationToken ct) => await CallAsync<GetObjectMetadataResponse?>(
        async () =>
        {
            try
            {
                return await Client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = Bucket, Key = KeyOf(name) }, ct);
            }
            catch (AmazonS3Exception e) when (S3Errors.IsMissing(e))
            {
                return null;
            }
        },
        "Can't look at", name, ct);

    internal ValueTask<T> CallAsync<T>(Func<Task<T>> call, string verb, ObjectName name, CancellationToken ct) =>
        CallAsync(call, $"{verb} {name} in {Description}", ct);

    internal static async ValueTask<T> CallAsync<T>(Func<Task<T>> call, string what, CancellationToken ct)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (S3Errors.IsOurs(e, ct))
        {
            throw S3Errors.From(e, what);
        }
    }

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
