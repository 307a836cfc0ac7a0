namespace Holdfast.Nbd;

/// <summary>One connection to one export of an NBD server, with many requests in flight.</summary>
/// <remarks>
/// Thread-safe. Every failure is an <see cref="NbdException"/>. After a protocol violation, a time-out or a lost connection the
/// client is dead and every request, present or future, fails with that reason (INV-3). A cancelled request leaves the
/// connection usable, and its memory is not touched once its task has ended (INV-4).
/// </remarks>
public sealed class NbdClient : IAsyncDisposable
{
    /// <summary>Connects and opens <paramref name="exportName"/>.</summary>
    public static Task<NbdClient> ConnectAsync(
        NbdEndpoint endpoint, string exportName, NbdClientOptions? options = null, CancellationToken ct = default) =>
        throw new NotImplementedException();

    /// <summary>Lists the server's exports over a connection of its own.</summary>
    public static Task<IReadOnlyList<NbdExport>> ListExportsAsync(
        NbdEndpoint endpoint, NbdClientOptions? options = null, CancellationToken ct = default) =>
        throw new NotImplementedException();

    /// <summary>Size of the export in bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>Whether the export refuses writes.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Whether several connections to this export see each other's flushed writes (so reading over several is consistent).</summary>
    public bool CanMultiConnect { get; }

    /// <summary>Requests must be aligned to this many bytes (1 if the server does not say).</summary>
    public int BlockSizeMinBytes { get; }

    /// <summary>The granted meta contexts, a subset of those asked for.</summary>
    public IReadOnlyList<string> MetaContexts { get; } = [];

    /// <summary>Fills <paramref name="buffer"/> from <paramref name="offset"/>; received straight into it.</summary>
    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>Writes <paramref name="data"/> at <paramref name="offset"/>. Durable only after <see cref="FlushAsync"/>.</summary>
    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>Makes a range read as zeros.</summary>
    public ValueTask WriteZeroesAsync(
        long offset, long length, NbdZeroing zeroing = NbdZeroing.MayPunchHole, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>Tells the server that a range's content is no longer needed; what it then reads as is undefined.</summary>
    public ValueTask TrimAsync(long offset, long length, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>Returns once all completed writes are on stable storage.</summary>
    public ValueTask FlushAsync(CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>
    /// Streams the extents of <paramref name="context"/> over the range, ascending, without gap or overlap, equal neighbours
    /// merged, the last one cut at the range's end. Memory is bounded however many there are.
    /// </summary>
    /// <exception cref="NbdException"><see cref="NbdErrorKind.NotSupported"/>: the context was not granted.</exception>
    public IAsyncEnumerable<NbdExtent> GetExtentsAsync(
        string context, long offset, long length, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>Says goodbye and closes; requests still in flight fail as <see cref="NbdErrorKind.Disconnected"/>.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
