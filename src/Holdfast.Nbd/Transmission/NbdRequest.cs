using System.Buffers.Binary;
using System.Threading.Tasks.Sources;
using Holdfast.Nbd.Protocol;

namespace Holdfast.Nbd.Transmission;

/// <summary>
/// One place in the table of requests in flight, used again and again. The caller and the reply loop meet here: the caller
/// may leave early (cancelled), the loop then drains the late reply; the place is free once both are done with it.
/// </summary>
internal sealed class NbdRequest : IValueTaskSource
{
    private readonly Lock _gate = new();
    private readonly ReadCoverage _coverage = new();
    private readonly int _index;
    private readonly Action _interruptReceive;
    private ManualResetValueTaskSourceCore<bool> _completion = new() { RunContinuationsAsynchronously = true };
    private ReadTarget _target;
    private CancellationToken _cancellation;
    private ulong _generation;
    private bool _callerGone;
    private bool _callerDone;
    private bool _replyDone;
    private bool _receivingDirectly;
    private NbdException? _error;
    private int _chunks;

    /// <param name="index">The place's number in the table.</param>
    /// <param name="interruptReceive">Ends a receive into the memory that <see cref="TryBeginDirect"/> lent.</param>
    public NbdRequest(int index, Action interruptReceive)
    {
        _index = index;
        _interruptReceive = interruptReceive;
    }

    public byte[] Header { get; } = new byte[NbdProtocol.RequestHeaderBytes];

    public ulong Cookie { get; private set; }

    public NbdCommand Command { get; private set; }

    public long Offset { get; private set; }

    public uint Length { get; private set; }

    public ExtentCollector? Extents { get; private set; }

    public bool ExtentsSeen { get; private set; }

    /// <summary>Whether a reply is expected. Written under the connection's table lock.</summary>
    public bool OnWire { get; set; }

    public long StartedAt { get; set; }

    /// <summary>Whether an error chunk was received.</summary>
    public bool Failed => _error is not null;

    public ValueTask Completion => new(this, _completion.Version);

    public void Prepare(NbdCommand command, NbdCommandFlags flags, long offset, uint length, in ReadTarget target, ExtentCollector? extents)
    {
        Command = command;
        Offset = offset;
        Length = length;
        Extents = extents;
        ExtentsSeen = false;
        _target = target;
        _coverage.Clear();
        _error = null;
        _chunks = 0;
        _callerGone = _callerDone = _replyDone = _receivingDirectly = false;
        _completion.Reset();
        // A cookie is never used twice on a connection, so a second reply to one request is recognised.
        Cookie = (++_generation << 16) | (uint)_index;

        var header = Header.AsSpan();
        BinaryPrimitives.WriteUInt32BigEndian(header, NbdProtocol.RequestMagic);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], (ushort)command);
        BinaryPrimitives.WriteUInt64BigEndian(header[8..], Cookie);
        BinaryPrimitives.WriteUInt64BigEndian(header[16..], (ulong)offset);
        BinaryPrimitives.WriteUInt32BigEndian(header[24..], length);
    }

    /// <summary>Ends the caller's wait because of its token.</summary>
    public void Cancel(CancellationToken ct)
    {
        lock (_gate)
        {
            if (_replyDone || _callerGone)
                return;
            _callerGone = true;
            _cancellation = ct;
            if (!_receivingDirectly)
            {
                LetCallerGo();
                return;
            }
        }
        // INV-4: the loop ends the wait once nothing writes to the caller's memory any more.
        _interruptReceive();
    }

    /// <summary>Marks that the caller has seen the end; true if the place is now free.</summary>
    public bool CallerLeaves()
    {
        lock (_gate)
        {
            _callerDone = true;
            return _replyDone;
        }
    }

    /// <summary>Ends the reply, with an error or without; true if the place is now free.</summary>
    public bool ReplyEnds(NbdException? error)
    {
        lock (_gate)
        {
            _replyDone = true;
            _target = default;
            if (_callerGone)
                return _callerDone;
            if (error is null)
                _completion.SetResult(true);
            else
                _completion.SetException(error);
            return _callerDone;
        }
    }

    /// <summary>Checks a finished reply. INV-5: success means that everything asked for was answered.</summary>
    public NbdException? Verdict()
    {
        if (_error is not null)
            return _error;
        if (Command == NbdCommand.Read && _coverage.CoveredBytes != Length)
            throw ReplyLoop.Violation($"a read of {Length} bytes was answered with {_coverage.CoveredBytes}");
        if (Command == NbdCommand.BlockStatus && !ExtentsSeen)
            throw ReplyLoop.Violation("block status was answered without the context asked for");
        return null;
    }

    public void CountChunk()
    {
        if (++_chunks > NbdProtocol.ChunksPerReplyMax)
            throw ReplyLoop.Violation("a reply does not end");
    }

    public void Fail(uint errno, string text)
    {
        // The first error is the one that explains; later ones often follow from it.
        _error ??= new NbdException(errno, text);
    }

    public void MarkExtentsSeen()
    {
        if (ExtentsSeen)
            throw ReplyLoop.Violation("a context was answered twice in one reply");
        ExtentsSeen = true;
    }

    /// <summary>Accepts a piece of a read reply, or throws if it lies outside of the request or was answered before.</summary>
    public int Accept(ulong offset, uint length)
    {
        var start = offset - (ulong)Offset;
        if (offset < (ulong)Offset || length == 0 || length > Length || start > Length - length)
            throw ReplyLoop.Violation("data outside of the request");
        if (!_coverage.TryAdd((int)start, (int)length))
            throw ReplyLoop.Violation("data came twice, or in too many pieces");
        return (int)start;
    }

    public void Fill(int at, ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            while (!_callerGone && data.Length > 0)
            {
                var piece = _target.Piece(at, data.Length);
                data[..piece.Length].CopyTo(piece.Span);
                data = data[piece.Length..];
                at += piece.Length;
            }
        }
    }

    public void Zero(int at, int length)
    {
        lock (_gate)
        {
            while (!_callerGone && length > 0)
            {
                var piece = _target.Piece(at, length);
                piece.Span.Clear();
                at += piece.Length;
                length -= piece.Length;
            }
        }
    }

    /// <summary>Lends the caller's memory, as far as it hangs together, to the loop for one receive; false if the caller has gone.</summary>
    public bool TryBeginDirect(int at, int length, out Memory<byte> target)
    {
        lock (_gate)
        {
            target = _callerGone ? default : _target.Piece(at, length);
            return _receivingDirectly = !_callerGone;
        }
    }

    public void EndDirect()
    {
        lock (_gate)
        {
            _receivingDirectly = false;
            if (_callerGone)
                LetCallerGo();
        }
    }

    void IValueTaskSource.GetResult(short token) => _completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    private void LetCallerGo()
    {
        _target = default;
        _completion.SetException(new OperationCanceledException(_cancellation));
    }
}
