namespace Holdfast.Vault;

/// <summary>Hands every call on; what decorates overrides what it is about.</summary>
/// <param name="inner">The store that is decorated.</param>
public abstract class StoreDecorator(IObjectStore inner) : IStoreDecorator
{
    /// <inheritdoc/>
    public IObjectStore Inner => inner;

    /// <inheritdoc/>
    public string Description => inner.Description;

    /// <inheritdoc/>
    public virtual ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct) =>
        inner.CreateAsync(name, content, ct);

    /// <inheritdoc/>
    public virtual ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct) => inner.BeginCreateAsync(name, ct);

    /// <inheritdoc/>
    public virtual ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => inner.GetSizeAsync(name, ct);

    /// <inheritdoc/>
    public virtual ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct) =>
        inner.ReadAsync(name, offset, target, ct);

    /// <inheritdoc/>
    public virtual IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken ct) => inner.ListAsync(prefix, ct);

    /// <inheritdoc/>
    public virtual ValueTask DeleteAsync(ObjectName name, CancellationToken ct) => inner.DeleteAsync(name, ct);

    /// <inheritdoc/>
    public virtual ValueTask<IReadOnlyList<ObjectName>> DeleteManyAsync(IReadOnlyCollection<ObjectName> names, CancellationToken ct) =>
        inner.DeleteManyAsync(names, ct);

    /// <inheritdoc/>
    public virtual ValueTask RemoveRemainsAsync(CancellationToken ct) => inner.RemoveRemainsAsync(ct);
}
