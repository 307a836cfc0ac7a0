using System.Runtime.CompilerServices;
using Holdfast.Nbd.Handshake;
using Holdfast.Nbd.Protocol;
using Holdfast.Nbd.Transmission;

namespace Holdfast.Nbd;

/// <summary>One connection to one export of an NBD server, with many requests in flight.</summary>
/// <remarks>
/// Thread-safe. Every failure is an <see cref="NbdException"/>. After a protocol violation, a time-out or a lost connection the
/// client is dead and every request, present or future, fails with that reason (INV-3). A cancelled request leaves the
/// connection usable, and its memory is not touched once its task has ended (INV-4). Ranges must lie within the export and be
/// aligned to <see cref="BlockSizeMinBytes"/>; larger transfers than the server takes at once are split.
/// </remarks>
public sealed class NbdClient : IAsyncDisposable
{
    private readonly NbdConnection _connection;
    private readonly NegotiatedExport _export;

    private NbdClient(NbdConnection connection, NegotiatedExport export)
    {
        _connection = connection;
        _export = export;
        MetaContexts = [.. export.Contexts.Keys];
    }

    /// <summary>Connects and opens <paramref name="exportName"/>.</summary>
    public static Task<NbdClient> ConnectAsync(
        NbdEndpoint endpoint, string exportName, NbdClientOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(exportName);
        var settled = Check(options);
        return NbdHandshake.RunAsync(
            endpoint,
            settled,
            async (handshake, token) =>
            {
                var export = await handshake.GoAsync(exportName, settled.MetaContexts, token);
                return new NbdClient(new NbdConnection(handshake.Stream, export, settled), export);
            },
            ct);
    }

    /// <summary>Lists the server's exports over a connection of its own.</summary>
    public static Task<IReadOnlyList<NbdExport>> ListExportsAsync(
        NbdEndpoint endpoint, NbdClientOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return NbdHandshake.RunAsync(
            endpoint,
            Check(options),
            static async (handshake, token) =>
            {
                var exports = await handshake.ListAsync(token);
                await handshake.Stream.DisposeAsync();
                return exports;
            },
            ct);
    }

    /// <summary>Size of the export in bytes.</summary>
    public long SizeBytes => _export.SizeBytes;

    /// <summary>Whether the export refuses writes.</summary>
    public bool IsReadOnly => _export.Flags.HasFlag(NbdTransmissionFlags.ReadOnly);

    /// <summary>Whether several connections to this export see each other's flushed writes (so reading over several is consistent).</summary>
    public bool CanMultiConnect => _export.Flags.HasFlag(NbdTransmissionFlags.CanMultiConnect);

    /// <summary>Requests must be aligned to this many bytes (1 if the server does not say).</summary>
    public int BlockSizeMinBytes => _export.BlockSizeMinBytes;

    /// <summary>The granted meta contexts, a subset of those asked for.</summary>
    public IReadOnlyList<string> MetaContexts { get; }

    /// <summary>Fills <paramref name="buffer"/> from <paramref name="offset"/>; received straight into it.</summary>
    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct = default)
    {
        CheckRange(offset, buffer.Length);
        return buffer.Length <= _export.PayloadBytesMax && buffer.Length > 0
            ? _connection.ExchangeAsync(NbdCommand.Read, NbdCommandFlags.None, offset, (uint)buffer.Length, new(buffer), default, null, ct)
            : ReadInPiecesAsync(offset, buffer, ct);
    }

    /// <summary>Fills buffers that follow each other from <paramref name="offset"/>, with one request if the server takes it.</summary>
    /// <param name="offset">Where the first buffer's bytes lie.</param>
    /// <param name="buffers">All as long as the first; the last may be shorter, none is empty. Not to be changed before the end.</param>
    /// <param name="ct">Cancels the read.</param>
    public ValueTask ReadAsync(long offset, ReadOnlyMemory<Memory<byte>> buffers, CancellationToken ct = default)
    {
        var length = 0L;
        for (var i = 0; i < buffers.Length; i++)
        {
            var (own, first) = (buffers.Span[i].Length, buffers.Span[0].Length);
            if (own == 0 || own > first || (own < first && i + 1 < buffers.Length))
                throw new ArgumentException("The buffers are not of one length.", nameof(buffers));
            length += own;
        }
        CheckRange(offset, length);
        return length <= _export.PayloadBytesMax && length > 0
            ? _connection.ExchangeAsync(NbdCommand.Read, NbdCommandFlags.None, offset, (uint)length, new(buffers), default, null, ct)
            : ReadOneByOneAsync(offset, buffers, ct);
    }

    /// <summary>Writes <paramref name="data"/> at <paramref name="offset"/>. Durable only after <see cref="FlushAsync"/>.</summary>
    /// <remarks>Cancelling takes effect before or after the data are sent, not in between.</remarks>
    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken ct = default)
    {
        CheckRange(offset, data.Length);
        CheckWritable(NbdTransmissionFlags.None, "writing");
        return data.Length <= _export.PayloadBytesMax && data.Length > 0
            ? _connection.ExchangeAsync(NbdCommand.Write, NbdCommandFlags.None, offset, (uint)data.Length, default, data, null, ct)
            : WriteInPiecesAsync(offset, data, ct);
    }

    /// <summary>Makes a range read as zeros.</summary>
    public ValueTask WriteZeroesAsync(
        long offset, long length, NbdZeroing zeroing = NbdZeroing.MayPunchHole, CancellationToken ct = default)
    {
        CheckRange(offset, length);
        CheckWritable(NbdTransmissionFlags.SendWriteZeroes, "zeroing");
        var flags = zeroing == NbdZeroing.NoHole ? NbdCommandFlags.NoHole : NbdCommandFlags.None;
        return SendRangeAsync(NbdCommand.WriteZeroes, flags, offset, length, ct);
    }

    /// <summary>Tells the server that a range's content is no longer needed; what it then reads as is undefined.</summary>
    public ValueTask TrimAsync(long offset, long length, CancellationToken ct = default)
    {
        CheckRange(offset, length);
        CheckWritable(NbdTransmissionFlags.SendTrim, "trimming");
        return SendRangeAsync(NbdCommand.Trim, NbdCommandFlags.None, offset, length, ct);
    }

    /// <summary>Returns once all completed writes are on stable storage.</summary>
    public ValueTask FlushAsync(CancellationToken ct = default)
    {
        if (!_export.Flags.HasFlag(NbdTransmissionFlags.SendFlush))
            throw NotOffered("flushing");
        return _connection.ExchangeAsync(NbdCommand.Flush, NbdCommandFlags.None, 0, 0, default, default, null, ct);
    }

    /// <summary>
    /// Streams the extents of <paramref name="context"/> over the range, ascending, without gap or overlap, equal neighbours
    /// merged, the last one cut at the range's end. Memory is bounded however many there are.
    /// </summary>
    /// <exception cref="NbdException"><see cref="NbdErrorKind.NotSupported"/>: the context was not granted.</exception>
    public IAsyncEnumerable<NbdExtent> GetExtentsAsync(string context, long offset, long length, CancellationToken ct = default)
    {
        CheckRange(offset, length);
        return _export.Contexts.TryGetValue(context, out var id)
            ? StreamExtentsAsync(id, offset, offset + length, ct)
            : throw NotOffered($"the meta context '{context}'");
    }

    /// <summary>Says goodbye and closes; requests still in flight fail as <see cref="NbdErrorKind.Disconnected"/>.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async IAsyncEnumerable<NbdExtent> StreamExtentsAsync(
        uint contextId, long offset, long end, [EnumeratorCancellation] CancellationToken ct)
    {
        // The collector belongs to this enumeration: a reply that comes after a cancel may still fill it, so it is not pooled.
        var extents = new ExtentCollector();
        NbdExtent? pending = null;
        while (offset < end)
        {
            var ask = (uint)Math.Min(end - offset, NbdProtocol.BlockStatusBytesMax);
            extents.Start(contextId, ask);
            await _connection.ExchangeAsync(NbdCommand.BlockStatus, NbdCommandFlags.None, offset, ask, default, default, extents, ct);
            for (var i = 0; i < extents.Count; i++)
            {
                var (length, flags) = extents[i];
                if (pending is { } open && open.Flags == flags)
                {
                    pending = open with { Length = open.Length + length };
                }
                else
                {
                    if (pending is { } complete)
                        yield return complete;
                    pending = new NbdExtent(offset, length, flags);
                }
                offset += length;
            }
        }
        if (pending is { } last)
            yield return last;
    }

    private async ValueTask ReadInPiecesAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        while (buffer.Length > 0)
        {
            var piece = buffer[..Math.Min(buffer.Length, _export.PayloadBytesMax)];
            await _connection.ExchangeAsync(NbdCommand.Read, NbdCommandFlags.None, offset, (uint)piece.Length, new(piece), default, null, ct);
            buffer = buffer[piece.Length..];
            offset += piece.Length;
        }
    }

    private async ValueTask ReadOneByOneAsync(long offset, ReadOnlyMemory<Memory<byte>> buffers, CancellationToken ct)
    {
        for (var i = 0; i < buffers.Length; i++)
        {
            var buffer = buffers.Span[i];
            await ReadAsync(offset, buffer, ct);
            offset += buffer.Length;
        }
    }

    private async ValueTask WriteInPiecesAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        while (data.Length > 0)
        {
            var piece = data[..Math.Min(data.Length, _export.PayloadBytesMax)];
            await _connection.ExchangeAsync(NbdCommand.Write, NbdCommandFlags.None, offset, (uint)piece.Length, default, piece, null, ct);
            data = data[piece.Length..];
            offset += piece.Length;
        }
    }

    private async ValueTask SendRangeAsync(NbdCommand command, NbdCommandFlags flags, long offset, long length, CancellationToken ct)
    {
        while (length > 0)
        {
            var piece = (uint)Math.Min(length, NbdProtocol.ZeroingBytesMax);
            await _connection.ExchangeAsync(command, flags, offset, piece, default, default, null, ct);
            offset += piece;
            length -= piece;
        }
    }

    private void CheckRange(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (offset > SizeBytes || length > SizeBytes - offset)
            throw new ArgumentOutOfRangeException(nameof(length), $"{length} bytes at {offset} do not lie within the export's {SizeBytes}.");
    }

    private void CheckWritable(NbdTransmissionFlags needed, string what)
    {
        if (IsReadOnly || (_export.Flags & needed) != needed)
            throw NotOffered(what);
    }

    private static NbdException NotOffered(string what) =>
        new(NbdErrorKind.NotSupported, $"The NBD server does not offer {what} on this export.");

    private static NbdClientOptions Check(NbdClientOptions? options)
    {
        options ??= new NbdClientOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxInFlight, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxInFlight, 256, nameof(options));
        return options;
    }
}
