namespace Holdfast.Vault;

/// <summary>An object being written. Nobody sees it before it is completed; disposing it uncompleted leaves nothing.</summary>
public abstract class ObjectUpload : IAsyncDisposable
{
    /// <summary>Appends bytes; the memory may be reused once this has returned. One call at a time.</summary>
    public abstract ValueTask AppendAsync(ReadOnlyMemory<byte> content, CancellationToken ct);

    /// <summary>Makes the bytes durable and publishes them under the name, unless the name is taken.</summary>
    public abstract ValueTask<CreateOutcome> CompleteAsync(CancellationToken ct);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
