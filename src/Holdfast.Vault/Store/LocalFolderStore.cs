namespace Holdfast.Vault;

/// <summary>A store in a folder: one file an object.</summary>
public sealed class LocalFolderStore : IObjectStore
{
    /// <summary>A store below this folder, which is created by the first object.</summary>
    public LocalFolderStore(string path) => Description = Path.GetFullPath(path);

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct) => throw new NotImplementedException();

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken ct) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DeleteAsync(ObjectName name, CancellationToken ct) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask RemoveRemainsAsync(CancellationToken ct) => throw new NotImplementedException();
}
