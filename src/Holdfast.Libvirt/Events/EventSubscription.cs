using System.Runtime.InteropServices;
using System.Threading.Channels;
using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

/// <summary>Events of one connection, delivered through a bounded channel.</summary>
/// <remarks>
/// INV-7: after <see cref="Dispose"/> returned no event is delivered any more, and every native callback's handle is freed by
/// libvirt's own free callback, once it can't be called again.
/// </remarks>
public sealed unsafe class EventSubscription : IDisposable
{
    private const int PendingEventsMax = 8192;

    private readonly LibvirtConnection _connection;
    private readonly Channel<LibvirtEvent> _channel = Channel.CreateBounded<LibvirtEvent>(
        new BoundedChannelOptions(PendingEventsMax) { FullMode = BoundedChannelFullMode.Wait, SingleReader = false, SingleWriter = false });

    private readonly List<int> _callbackIds = [];
    private readonly Lock _gate = new();
    private bool _disposed;
    private long _lostEvents;

    internal EventSubscription(LibvirtConnection connection) => _connection = connection;

    /// <summary>The events, in the order libvirt reported them; completes when the subscription is disposed.</summary>
    public ChannelReader<LibvirtEvent> Events => _channel.Reader;

    /// <summary>Events dropped because nobody read the ones before. Whoever depends on events treats any loss as 'something happened'.</summary>
    public long LostEvents => Interlocked.Read(ref _lostEvents);

    /// <summary>The connection closed callbacks of this connection lead here.</summary>
    internal void Deliver(LibvirtEvent occurred)
    {
        lock (_gate)
        {
            if (!_disposed && !_channel.Writer.TryWrite(occurred))
            {
                Interlocked.Increment(ref _lostEvents);
            }
        }
    }

    /// <summary>Reads the events until the subscription is disposed.</summary>
    /// <param name="ct">Ends the reading.</param>
    public IAsyncEnumerable<LibvirtEvent> ReadAllAsync(CancellationToken ct) => _channel.Reader.ReadAllAsync(ct);

    /// <summary>Ends the subscription.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        // Outside the gate: a callback that waits for it must be able to end before libvirt lets go.
        foreach (var id in _callbackIds)
        {
            // A connection that broke has forgotten its callbacks; there is nothing else to undo.
            _ = NativeLibvirt.virConnectDomainEventDeregisterAny(_connection.Handle, id);
        }

        _channel.Writer.TryComplete();
        _connection.Forget(this);
    }

    internal void Register(DomainEventKinds kinds, nint domain)
    {
        foreach (var (kind, id, callback) in EventCallbacks.All)
        {
            if (kinds.HasFlag(kind))
            {
                Register(domain, id, callback);
            }
        }
    }

    private void Register(nint domain, int eventId, nint callback)
    {
        var self = GCHandle.Alloc(this);
        var id = NativeLibvirt.virConnectDomainEventRegisterAny(
            _connection.Handle, domain, eventId, (void*)callback, GCHandle.ToIntPtr(self), &EventCallbacks.Free);
        if (id < 0)
        {
            var error = NativeCall.LastError(nameof(NativeLibvirt.virConnectDomainEventRegisterAny));
            self.Free();
            throw error;
        }

        _callbackIds.Add(id);
    }
}
