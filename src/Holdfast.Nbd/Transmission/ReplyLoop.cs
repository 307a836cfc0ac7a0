using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Holdfast.Nbd.Protocol;

namespace Holdfast.Nbd.Transmission;

/// <summary>Reads replies and hands their content to the requests they belong to. INV-2: lengths are checked first.</summary>
internal sealed class ReplyLoop(
    Stream stream, bool mayReceiveDirectly, NegotiatedExport export, RequestTable table, Action onProgress, CancellationToken lifetime)
{
    private readonly ReceiveBuffer _buffer = new(stream, onProgress, lifetime);
    private CancellationTokenSource _direct = CancellationTokenSource.CreateLinkedTokenSource(lifetime);

    public static NbdException Violation(string what) =>
        new(NbdErrorKind.ProtocolViolation, $"The NBD server broke the protocol: {what}.");

    /// <summary>Runs until the server closes the connection; throws when it breaks the protocol.</summary>
    public async Task RunAsync()
    {
        while (await _buffer.TryFillHeaderAsync(NbdProtocol.SimpleReplyBytes))
        {
            var magic = BinaryPrimitives.ReadUInt32BigEndian(_buffer.Peek(4));
            if (magic == NbdProtocol.SimpleReplyMagic)
                await TakeSimpleAsync();
            else if (magic == NbdProtocol.StructuredReplyMagic && export.StructuredReplies)
                await TakeChunkAsync();
            else
                throw Violation($"a reply has the magic number 0x{magic:x8}");
        }
    }

    /// <summary>Ends a receive into a cancelled caller's memory.</summary>
    public void InterruptDirectReceive() => Volatile.Read(ref _direct).Cancel();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TakeSimpleAsync()
    {
        var errno = BinaryPrimitives.ReadUInt32BigEndian(_buffer.Peek(NbdProtocol.SimpleReplyBytes)[4..]);
        var request = Find(BinaryPrimitives.ReadUInt64BigEndian(_buffer.Peek(NbdProtocol.SimpleReplyBytes)[8..]));
        _buffer.Consume(NbdProtocol.SimpleReplyBytes);
        if (errno != 0)
        {
            request.Fail(errno, Describe(request, errno, []));
        }
        else if (request.Command == NbdCommand.Read)
        {
            if (export.StructuredReplies)
                throw Violation("a read was answered by a simple reply");
            await ReceiveAsync(request, request.Accept((ulong)request.Offset, request.Length), (int)request.Length);
        }
        table.End(request, request.Verdict());
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TakeChunkAsync()
    {
        await _buffer.FillAsync(NbdProtocol.StructuredReplyBytes);
        var header = _buffer.Peek(NbdProtocol.StructuredReplyBytes);
        var done = (BinaryPrimitives.ReadUInt16BigEndian(header[4..]) & NbdProtocol.ReplyFlagDone) != 0;
        var type = (NbdReplyType)BinaryPrimitives.ReadUInt16BigEndian(header[6..]);
        var request = Find(BinaryPrimitives.ReadUInt64BigEndian(header[8..]));
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[16..]);
        _buffer.Consume(NbdProtocol.StructuredReplyBytes);
        request.CountChunk();

        switch (type)
        {
            case NbdReplyType.None when length == 0 && done:
                break;
            case NbdReplyType.OffsetData when length > 8 && request.Command == NbdCommand.Read:
                await _buffer.FillAsync(8);
                var offset = BinaryPrimitives.ReadUInt64BigEndian(_buffer.Peek(8));
                _buffer.Consume(8);
                await ReceiveAsync(request, request.Accept(offset, length - 8), (int)(length - 8));
                break;
            case NbdReplyType.OffsetHole when length == 12 && request.Command == NbdCommand.Read:
                await _buffer.FillAsync(12);
                TakeHole(request);
                break;
            case NbdReplyType.BlockStatus when length >= 12 && (length - 4) % 8 == 0 && request.Command == NbdCommand.BlockStatus:
                await TakeExtentsAsync(request, length);
                break;
            case var _ when (type & NbdReplyType.ErrorBit) != 0 && length is >= 6 and <= NbdProtocol.ErrorChunkBytesMax:
                await TakeErrorAsync(request, (int)length);
                break;
            default:
                throw Violation($"a chunk of type {(ushort)type} and {length} bytes does not fit the request");
        }
        if (done)
            table.End(request, request.Verdict());
    }

    private void TakeHole(NbdRequest request)
    {
        var offset = BinaryPrimitives.ReadUInt64BigEndian(_buffer.Peek(12));
        var length = BinaryPrimitives.ReadUInt32BigEndian(_buffer.Peek(12)[8..]);
        _buffer.Consume(12);
        request.Zero(request.Accept(offset, length), (int)length);
    }

    private async ValueTask TakeExtentsAsync(NbdRequest request, uint length)
    {
        if (length > NbdProtocol.PayloadBytesMax)
            throw Violation($"a block status reply is {length} bytes long");
        await _buffer.FillAsync(4);
        var contextId = BinaryPrimitives.ReadUInt32BigEndian(_buffer.Peek(4));
        _buffer.Consume(4);
        var extents = request.Extents!;
        var wanted = contextId == extents.ContextId;
        if (wanted)
            request.MarkExtentsSeen();
        else if (!export.Contexts.Values.Contains(contextId))
            throw Violation("block status of a context that was not agreed on");

        for (var left = (int)length - 4; left > 0;)
        {
            await _buffer.FillAsync(8);
            var ready = Math.Min(left, _buffer.Available / 8 * 8);
            if (wanted)
                TakeDescriptors(extents, _buffer.Peek(ready));
            _buffer.Consume(ready);
            left -= ready;
        }
    }

    private static void TakeDescriptors(ExtentCollector extents, ReadOnlySpan<byte> descriptors)
    {
        for (; descriptors.Length > 0; descriptors = descriptors[8..])
        {
            if (!extents.TryAdd(BinaryPrimitives.ReadUInt32BigEndian(descriptors), BinaryPrimitives.ReadUInt32BigEndian(descriptors[4..])))
                throw Violation("an extent without length, or after the end of the request");
        }
    }

    private async ValueTask TakeErrorAsync(NbdRequest request, int length)
    {
        await _buffer.FillAsync(6);
        var errno = BinaryPrimitives.ReadUInt32BigEndian(_buffer.Peek(6));
        int textLength = BinaryPrimitives.ReadUInt16BigEndian(_buffer.Peek(6)[4..]);
        _buffer.Consume(6);
        var left = length - 6;
        if (textLength > left || errno == 0)
            throw Violation("an error message is longer than its chunk, or names no error");
        var head = Math.Min(textLength, 1024);
        await _buffer.FillAsync(head);
        request.Fail(errno, Describe(request, errno, _buffer.Peek(head)));
        await SkipAsync(left);
    }

    private async ValueTask SkipAsync(int count)
    {
        while (count > 0)
        {
            await _buffer.FillAsync(1);
            var ready = Math.Min(count, _buffer.Available);
            _buffer.Consume(ready);
            count -= ready;
        }
    }

    /// <summary>Moves a payload to its place in the caller's memory, or nowhere once the caller has gone (INV-4).</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReceiveAsync(NbdRequest request, int at, int length)
    {
        while (length > 0)
        {
            if (_buffer.Available == 0 && mayReceiveDirectly && request.TryBeginDirect(at, length, out var target))
            {
                var received = await ReceiveDirectlyAsync(request, target);
                at += received;
                length -= received;
                continue;
            }
            await _buffer.FillAsync(1);
            var ready = Math.Min(length, _buffer.Available);
            request.Fill(at, _buffer.Peek(ready));
            _buffer.Consume(ready);
            at += ready;
            length -= ready;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveDirectlyAsync(NbdRequest request, Memory<byte> target)
    {
        var direct = _direct;
        try
        {
            var received = await stream.ReadAsync(target, direct.Token);
            if (received == 0)
                throw new NbdException(NbdErrorKind.Disconnected, "The NBD server closed the connection in the middle of a reply.");
            onProgress();
            return received;
        }
        catch (OperationCanceledException) when (!lifetime.IsCancellationRequested)
        {
            // Only a caller was cancelled. A socket's receive that is cancelled has taken nothing from the stream.
            return 0;
        }
        finally
        {
            if (direct.IsCancellationRequested)
                Volatile.Write(ref _direct, CancellationTokenSource.CreateLinkedTokenSource(lifetime));
            request.EndDirect();
        }
    }

    private NbdRequest Find(ulong cookie) => table.Find(cookie) ?? throw Violation("a reply to a request that is not in flight");

    private static string Describe(NbdRequest request, uint errno, ReadOnlySpan<byte> text)
    {
        var said = text.Length == 0 ? "" : $": {ServerText.Clean(text)}";
        return $"The NBD server answered {request.Command} of {request.Length} bytes at {request.Offset} with {ServerText.ErrnoName(errno)}{said}.";
    }
}
