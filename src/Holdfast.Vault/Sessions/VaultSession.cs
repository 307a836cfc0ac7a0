namespace Holdfast.Vault;

/// <summary>
/// One writer's run, which makes one point or nothing. Disposing it uncommitted is the abort: all it stored is deleted.
/// </summary>
/// <remarks>After any failure of a member the session can only be disposed. Disks are written one after the other.</remarks>
public sealed class VaultSession : IAsyncDisposable
{
    /// <summary>The point it makes; fixed from the start.</summary>
    public PointId PointId => throw new NotImplementedException();

    /// <summary>What it backs up.</summary>
    public SourceId SourceId => throw new NotImplementedException();

    /// <summary>The counters now.</summary>
    public SessionStatistics Statistics => throw new NotImplementedException();

    /// <summary>Begins a disk.</summary>
    /// <param name="spec">The disk.</param>
    /// <param name="basedOn">The disk of a committed point that chunks not written are taken from: of the same chunk size and disk size.</param>
    public DiskWriter BeginDisk(DiskSpec spec, PointDisk? basedOn) => throw new NotImplementedException();

    /// <summary>Keeps a small piece of data with the point.</summary>
    /// <param name="name">1 to 100 characters, unique in the point.</param>
    /// <param name="content">At most 256 MiB.</param>
    /// <param name="ct">Cancels it.</param>
    public ValueTask AddAttachmentAsync(string name, ReadOnlyMemory<byte> content, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Makes everything durable and then publishes the point: all or nothing. INV-5.</summary>
    /// <param name="properties">UTF-8 JSON kept for the caller, at most 4 MiB.</param>
    /// <param name="createdUtc">The instant the point shows.</param>
    /// <param name="ct">Cancels it as long as the point isn't published.</param>
    /// <exception cref="VaultException">SessionRevoked: somebody revoked the session first.</exception>
    public Task<Point> CommitAsync(ReadOnlyMemory<byte> properties, DateTimeOffset createdUtc, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Ends the session; if it isn't committed, what it stored is deleted.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
