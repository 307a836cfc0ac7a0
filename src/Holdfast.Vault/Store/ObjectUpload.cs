namespace Holdfast.Vault;

/// <summary>An object being written. Nobody sees it before it is completed; disposing it uncompleted leaves nothing.</summary>
public abstract class ObjectUpload : IAsyncDisposable
{
    /// <summary>Appends bytes; the memory may be reused once this has returned. One call at a time.</summary>
    public abstract ValueTask AppendAsync(ReadOnlyMemory<byte> content, CancellationToken ct);

    /// <summary>Makes the bytes durable and publishes them under the name, unless the name is taken.</summary>
    public abstract ValueTask<CreateOutcome> CompleteAsync(CancellationToken ct);

    /// <summary>
    /// Whether a member that failed may be called again: an append with no bytes, which goes on where the last one failed, and a completion. So it is
    /// where the bytes are held until they are published.
    /// </summary>
    public virtual bool IsRepeatable => false;

    /// <summary>Whether the object of this name holds exactly the bytes of this upload. Only for uploads that are repeatable.</summary>
    public virtual ValueTask<bool> IsPublishedAsync(IObjectStore store, CancellationToken ct) => throw new NotSupportedException();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
