using System.Threading.Channels;

namespace Holdfast.Libvirt;

/// <summary>Events of one connection, delivered through a bounded channel.</summary>
/// <remarks>
/// INV-7: after <see cref="Dispose"/> returned no event is delivered any more; the native callbacks' handles are freed by libvirt's
/// own free callback, once they can't be called again.
/// </remarks>
public sealed class EventSubscription : IDisposable
{
    private const int PendingEventsMax = 8192;

    private readonly EventHub _hub;
    private readonly Guid? _domain;
    private readonly Channel<LibvirtEvent> _channel = Channel.CreateBounded<LibvirtEvent>(
        new BoundedChannelOptions(PendingEventsMax) { FullMode = BoundedChannelFullMode.Wait });

    private readonly Lock _gate = new();
    private bool _disposed;
    private long _lostEvents;

    internal EventSubscription(EventHub hub, DomainEventKinds kinds, Guid? domain)
    {
        _hub = hub;
        Kinds = kinds;
        _domain = domain;
    }

    /// <summary>The kinds subscribed to.</summary>
    public DomainEventKinds Kinds { get; }

    /// <summary>The events, in the order libvirt reported them; completes when the subscription is disposed.</summary>
    public ChannelReader<LibvirtEvent> Events => _channel.Reader;

    /// <summary>Events dropped because nobody read the ones before. Whoever depends on events treats any loss as 'something happened'.</summary>
    public long LostEvents => Interlocked.Read(ref _lostEvents);

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
            _channel.Writer.TryComplete();
        }

        _hub.Remove(this);
    }

    internal void Deliver(DomainEventKinds kind, LibvirtEvent occurred)
    {
        // The connection's end (no kind) concerns everyone.
        if (kind is not DomainEventKinds.None && (!Kinds.HasFlag(kind) || (_domain is { } uuid && occurred is DomainEvent of && of.DomainUuid != uuid)))
        {
            return;
        }

        lock (_gate)
        {
            if (!_disposed && !_channel.Writer.TryWrite(occurred))
            {
                Interlocked.Increment(ref _lostEvents);
            }
        }
    }
}
