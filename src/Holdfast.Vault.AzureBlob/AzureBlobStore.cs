using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Holdfast.Vault.AzureBlob;

/// <summary>A store in a container, below a prefix. An object is one block blob.</summary>
/// <remarks>INV-1 holds by the condition <c>If-None-Match: *</c> on every request that makes a blob: never by looking first.</remarks>
/// <param name="container">The container's client.</param>
/// <param name="prefix">What names begin with, without a slash at its end; may be empty.</param>
/// <param name="description">The place, as it is shown.</param>
/// <param name="limits">The rates.</param>
/// <param name="time">The clock.</param>
public sealed partial class AzureBlobStore(BlobContainerClient container, string prefix, string description, TransferLimits limits, TimeProvider time)
    : RemoteStore(prefix, description, limits, time)
{
    // Of a URL whose account is in its path the client library knows that only where the host is an address: else it takes the account for the container, and
    // the container for the beginning of the blob's name.
    private readonly string _taken = new BlobUriBuilder(container.Uri) is { BlobName.Length: > 0 } read ? read.BlobName + "/" : "";

    /// <inheritdoc/>
    public override async ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => (await PropertiesAsync(name, ct))?.ContentLength;

    /// <inheritdoc/>
    /// <remarks>The service itself discards blocks that no blob was made of, a week after the last of them; until then they can't be told from those of a
    /// writer that lives, and removing them by hand would need a blob of their name to be made.</remarks>
    public override ValueTask RemoveRemainsAsync(CancellationToken ct) => default;

    /// <inheritdoc/>
    public override async ValueTask<DateTimeOffset> GetUtcNowAsync(CancellationToken ct)
    {
        var reply = await CallAsync(
            async () =>
            {
                try
                {
                    return (await BlobOf(ObjectName.Of($"{StoreProbe.Prefix}clock")).GetPropertiesAsync(cancellationToken: ct)).GetRawResponse();
                }
                catch (RequestFailedException e) when (BlobErrors.IsMissing(e) && e.GetRawResponse() is { } missing)
                {
                    return missing;
                }
            },
            $"Can't ask {Description} for its time", ct);
        return reply.Headers.Date ?? throw new VaultException(VaultErrorKind.StoreUnfit, $"{Description} doesn't say what time it is.");
    }

    /// <inheritdoc/>
    protected override ValueTask<CreateOutcome> PutAsync(ObjectName name, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken ct) =>
        RetainIfPossibleAsync(PolicyOfNew(name), policy => PutAsync(name, content, policy, ct));

    /// <inheritdoc/>
    protected override BufferedUpload BeginUpload(ObjectName name) => new Upload(this, name);

    /// <inheritdoc/>
    protected override async Task<int> ReadRangeAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct)
    {
        var reply = await BlobOf(name).DownloadStreamingAsync(new BlobDownloadOptions { Range = new HttpRange(offset, target.Length) }, ct);
        using var body = reply.Value;
        return await FillAsync(body.Content, body.Details.ContentLength, target, ct);
    }

    /// <inheritdoc/>
    protected override async IAsyncEnumerable<(string Key, long Bytes)> ListKeysAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var page in PagesAsync(container.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, ct), ct))
        {
            foreach (var item in page.Values)
            {
                yield return (item.Name, item.Properties.ContentLength ?? 0);
            }
        }
    }

    /// <inheritdoc/>
    protected override async IAsyncEnumerable<string> ListKeysBelowAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var options = new GetBlobsByHierarchyOptions { Prefix = prefix, Delimiter = "/" };
        await foreach (var page in PagesAsync(container.GetBlobsByHierarchyAsync(options, ct), ct))
        {
            foreach (var item in page.Values.Where(i => i.IsPrefix))
            {
                yield return item.Prefix;
            }
        }
    }

    /// <inheritdoc/>
    protected override bool IsOurs(Exception e, CancellationToken ct) => BlobErrors.IsOurs(e, ct);

    /// <inheritdoc/>
    protected override RemoteAnswer AnswerOf(Exception e) => e is RequestFailedException failed ? BlobErrors.AnswerOf(failed) : RemoteAnswer.None;

    /// <inheritdoc/>
    protected override VaultException ErrorOf(Exception e, string what) => BlobErrors.From(e, what);

    private BlockBlobClient BlobOf(ObjectName name) => container.GetBlockBlobClient(_taken + KeyOf(name));

    private async IAsyncEnumerable<Page<T>> PagesAsync<T>(AsyncPageable<T> items, [EnumeratorCancellation] CancellationToken ct)
        where T : notnull
    {
        await using var pages = items.AsPages().GetAsyncEnumerator(ct);
        while (await CallAsync(() => NextAsync(pages), $"Can't list {Description}", ct))
        {
            yield return pages.Current;
        }
    }

    private static async Task<bool> NextAsync<T>(IAsyncEnumerator<Page<T>> pages)
        where T : notnull
    {
        try
        {
            return await pages.MoveNextAsync();
        }
        catch (Exception e) when (e is NullReferenceException or FormatException or ArgumentException)
        {
            // The library takes it that what is XML is a listing.
            throw new IOException("The reply isn't a listing.");
        }
    }

    private ValueTask<CreateOutcome> PutAsync(
        ObjectName name, IReadOnlyList<ReadOnlyMemory<byte>> content, BlobImmutabilityPolicy? policy, CancellationToken ct) => CreateAsync(
        name,
        async () =>
        {
            using var body = BodyOf(content);
            await BlobOf(name).UploadAsync(
                body,
                new BlobUploadOptions
                {
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                    ImmutabilityPolicy = policy,

                    // In one request, however long: what would be split is split by the upload.
                    TransferOptions = new Azure.Storage.StorageTransferOptions { InitialTransferSize = long.MaxValue, MaximumTransferSize = int.MaxValue },
                },
                ct);
            return CreateOutcome.Created;
        },
        ct);

    private ValueTask<CreateOutcome> CommitAsync(ObjectName name, IEnumerable<string> blocks, CancellationToken ct) =>
        RetainIfPossibleAsync(PolicyOfNew(name), policy => CommitAsync(name, blocks, policy, ct));

    private ValueTask<CreateOutcome> CommitAsync(ObjectName name, IEnumerable<string> blocks, BlobImmutabilityPolicy? policy, CancellationToken ct) => CreateAsync(
        name,
        async () =>
        {
            var conditions = new BlobRequestConditions { IfNoneMatch = ETag.All };
            await BlobOf(name).CommitBlockListAsync(blocks, new CommitBlockListOptions { Conditions = conditions, ImmutabilityPolicy = policy }, ct);
            return CreateOutcome.Created;
        },
        ct);

    private ValueTask<BlobProperties?> PropertiesAsync(ObjectName name, CancellationToken ct) =>
        FindAsync(name, async () => (await BlobOf(name).GetPropertiesAsync(cancellationToken: ct)).Value, ct);
}
