namespace Holdfast.Vault;

/// <summary>Limits the rate of a store that doesn't do so itself: folders. Remote stores pace the bytes of their requests.</summary>
/// <param name="inner">The store.</param>
/// <param name="limits">The rates.</param>
public sealed class ThrottledStore(IObjectStore inner, TransferLimits limits) : StoreDecorator(inner)
{
    /// <inheritdoc/>
    public override async ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        await UploadAsync(content.Length, ct);
        return await Inner.CreateAsync(name, content, ct);
    }

    /// <inheritdoc/>
    public override async ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct) =>
        new Upload(this, await Inner.BeginCreateAsync(name, ct));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct)
    {
        var read = await Inner.ReadAsync(name, offset, target, ct);
        if (limits.Download is { } limit && read > 0)
        {
            await limit.TakeAsync(read, ct);
        }

        return read;
    }

    private ValueTask UploadAsync(int bytes, CancellationToken ct) => limits.Upload is { } limit && bytes > 0 ? limit.TakeAsync(bytes, ct) : default;

    private sealed class Upload(ThrottledStore store, ObjectUpload inner) : ObjectUpload
    {
        public override bool IsRepeatable => inner.IsRepeatable;

        public override ValueTask<bool> IsPublishedAsync(IObjectStore via, CancellationToken ct) => inner.IsPublishedAsync(via, ct);

        public override async ValueTask AppendAsync(ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            await store.UploadAsync(content.Length, ct);
            await inner.AppendAsync(content, ct);
        }

        public override ValueTask<CreateOutcome> CompleteAsync(CancellationToken ct) => inner.CompleteAsync(ct);

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
