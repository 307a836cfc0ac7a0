using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Holdfast.Vault.AzureBlob;

/// <summary>A store in a container, below a prefix. An object is one block blob.</summary>
/// <remarks>INV-1 holds by the condition <c>If-None-Match: *</c> on every request that makes a blob: never by looking first.</remarks>
public sealed partial class AzureBlobStore : IObjectStore, IFolderListing, IStoreClock
{
    private readonly BlobContainerClient _container;
    private readonly string _prefix;
    private readonly TransferLimits _limits;
    private readonly TimeProvider _time;

    /// <summary>A store in this container.</summary>
    /// <param name="container">The container's client.</param>
    /// <param name="prefix">What names begin with, without a slash at its end; may be empty.</param>
    /// <param name="description">The place, as it is shown.</param>
    /// <param name="limits">The rates.</param>
    /// <param name="time">The clock.</param>
    public AzureBlobStore(BlobContainerClient container, string prefix, string description, TransferLimits limits, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        (_container, Description, _limits, _time) = (container, description, limits, time);
        _prefix = prefix.Length == 0 ? "" : prefix + "/";
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <summary>The length from which an upload is sent block by block; another value than the default is for tests.</summary>
    public int PartBytes { get; init; } = BufferedUpload.PartBytesDefault;

    /// <inheritdoc/>
    public async ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct) =>
        await PutAsync(name, [content], ct);

    /// <inheritdoc/>
    public ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return new(new BlobUpload(this, name));
    }

    /// <inheritdoc/>
    public async ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => (await PropertiesAsync(name, ct))?.ContentLength;

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
                    var options = new BlobDownloadOptions { Range = new HttpRange(offset, target.Length) };
                    var reply = await BlobOf(name).DownloadStreamingAsync(options, ct);
                    using var body = reply.Value;
                    var expected = (int)Math.Min(target.Length, body.Details.ContentLength);
                    var read = await body.Content.ReadToAsync(target[..expected], _limits.Download, ct);
                    return read == expected ? read : throw new IOException("The reply ended early.");
                }
                catch (RequestFailedException e) when (BlobErrors.IsPastEnd(e))
                {
                    return 0;
                }
                catch (RequestFailedException e) when (BlobErrors.IsMissing(e))
                {
                    return -1;
                }
            },
            "Can't read", name, ct);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var pages = _container.GetBlobsAsync(new GetBlobsOptions { Prefix = _prefix + prefix }, ct).AsPages().GetAsyncEnumerator(ct);
        await using var held = pages;
        while (await CallAsync(() => pages.MoveNextAsync().AsTask(), $"Can't list {Description}", ct))
        {
            foreach (var item in pages.Current.Values)
            {
                if (ObjectName.TryParse(item.Name[_prefix.Length..], out var name))
                {
                    yield return new StoredObject(name, item.Properties.ContentLength ?? 0);
                }
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var options = new GetBlobsByHierarchyOptions { Prefix = _prefix, Delimiter = "/" };
        var pages = _container.GetBlobsByHierarchyAsync(options, ct).AsPages().GetAsyncEnumerator(ct);
        await using var held = pages;
        while (await CallAsync(() => pages.MoveNextAsync().AsTask(), $"Can't list {Description}", ct))
        {
            foreach (var item in pages.Current.Values.Where(i => i.IsPrefix))
            {
                yield return item.Prefix[_prefix.Length..].TrimEnd('/');
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>The service itself discards blocks that no blob was made of, a week after the last of them; until then they can't be told from those of a
    /// writer that lives, and removing them by hand would need a blob of their name to be made.</remarks>
    public ValueTask RemoveRemainsAsync(CancellationToken ct) => default;

    /// <inheritdoc/>
    public async ValueTask<DateTimeOffset> GetUtcNowAsync(CancellationToken ct)
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

    internal BlockBlobClient BlobOf(ObjectName name) => _container.GetBlockBlobClient(_prefix + name.Value);

    internal ContentStream BodyOf(IReadOnlyList<ReadOnlyMemory<byte>> content) => new(content, _limits.Upload);

    internal ValueTask<CreateOutcome> PutAsync(ObjectName name, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken ct) =>
        PutAsync(name, content, PolicyOfNew(name), ct);

    private ValueTask<CreateOutcome> PutAsync(
        ObjectName name, IReadOnlyList<ReadOnlyMemory<byte>> content, BlobImmutabilityPolicy? policy, CancellationToken ct) => CreateAsync(
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
        },
        name, ct);

    internal ValueTask<CreateOutcome> CommitAsync(ObjectName name, IEnumerable<string> blocks, CancellationToken ct) => CreateAsync(
        () => BlobOf(name).CommitBlockListAsync(
            blocks, new CommitBlockListOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All }, ImmutabilityPolicy = PolicyOfNew(name) }, ct),
        name, ct);

    internal ValueTask<T> CallAsync<T>(Func<Task<T>> call, string verb, ObjectName name, CancellationToken ct) =>
        CallAsync(call, $"{verb} {name} in {Description}", ct);

    private async ValueTask<CreateOutcome> CreateAsync(Func<Task> create, ObjectName name, CancellationToken ct) => await CallAsync(
        async () =>
        {
            try
            {
                await create();
                return CreateOutcome.Created;
            }
            catch (RequestFailedException e) when (BlobErrors.IsTaken(e) || BlobErrors.IsRetained(e))
            {
                return CreateOutcome.AlreadyExists;
            }
        },
        "Can't create", name, ct);

    private async ValueTask<BlobProperties?> PropertiesAsync(ObjectName name, CancellationToken ct) => await CallAsync<BlobProperties?>(
        async () =>
        {
            try
            {
                return await BlobOf(name).GetPropertiesAsync(cancellationToken: ct);
            }
            catch (RequestFailedException e) when (BlobErrors.IsMissing(e))
            {
                return null;
            }
        },
        "Can't look at", name, ct);

    private static async ValueTask<T> CallAsync<T>(Func<Task<T>> call, string what, CancellationToken ct)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (BlobErrors.IsOurs(e, ct))
        {
            throw BlobErrors.From(e, what);
        }
    }
}
