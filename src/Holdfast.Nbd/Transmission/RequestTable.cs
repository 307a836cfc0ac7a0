using System.Threading.Channels;

namespace Holdfast.Nbd.Transmission;

/// <summary>The fixed set of requests that may be in flight.</summary>
internal sealed class RequestTable
{
    private readonly Lock _gate = new();
    private readonly NbdRequest[] _all;
    private readonly Channel<NbdRequest> _free = Channel.CreateUnbounded<NbdRequest>();
    private NbdException? _closedBy;

    public RequestTable(int size, Action interruptReceive)
    {
        _all = new NbdRequest[size];
        for (var i = 0; i < size; i++)
        {
            _all[i] = new NbdRequest(i, interruptReceive);
            _free.Writer.TryWrite(_all[i]);
        }
    }

    public async ValueTask<NbdRequest> RentAsync(CancellationToken ct)
    {
        try
        {
            return await _free.Reader.ReadAsync(ct);
        }
        catch (ChannelClosedException)
        {
            throw Copy(_closedBy!);
        }
    }

    public bool TryRent(out NbdRequest? request) => _free.Reader.TryRead(out request);

    public void Return(NbdRequest request) => _free.Writer.TryWrite(request);

    /// <summary>Announces a request whose bytes are about to be sent; throws if the connection is dead.</summary>
    public void PutOnWire(NbdRequest request, long now)
    {
        lock (_gate)
        {
            if (_closedBy is { } reason)
                throw Copy(reason);
            request.StartedAt = now;
            request.OnWire = true;
        }
    }

    /// <summary>The request that a cookie belongs to, or null.</summary>
    public NbdRequest? Find(ulong cookie)
    {
        var index = (int)(cookie & 0xFFFF);
        if (index >= _all.Length)
            return null;
        lock (_gate)
        {
            var request = _all[index];
            return request.OnWire && request.Cookie == cookie ? request : null;
        }
    }

    /// <summary>Ends a request's reply.</summary>
    public void End(NbdRequest request, NbdException? error)
    {
        lock (_gate)
        {
            request.OnWire = false;
        }
        if (request.ReplyEnds(error))
            Return(request);
    }

    /// <summary>When the request that has waited longest was sent; null if none waits.</summary>
    public long? OldestStart()
    {
        lock (_gate)
        {
            long? oldest = null;
            foreach (var request in _all)
            {
                if (request.OnWire && (oldest is null || request.StartedAt < oldest))
                    oldest = request.StartedAt;
            }
            return oldest;
        }
    }

    /// <summary>INV-3: every request, waiting or to come, fails with the one reason.</summary>
    public void Close(NbdException reason)
    {
        lock (_gate)
        {
            _closedBy ??= reason;
        }
        _free.Writer.TryComplete();
        foreach (var request in _all)
        {
            if (request.OnWire)
                End(request, Copy(reason));
        }
    }

    // An exception object thrown by several callers would mix up their stack traces.
    private static NbdException Copy(NbdException reason) => new(reason.Kind, reason.Message, reason);
}
