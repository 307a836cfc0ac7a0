namespace Holdfast.Libvirt;

public sealed partial class LibvirtConnection
{
    private readonly EventHub _events;

    /// <summary>Subscribes to events of all domains, or of one. The connection's end is always reported.</summary>
    /// <param name="kinds">Which kinds.</param>
    /// <param name="domain">The one domain; null for all.</param>
    public EventSubscription Subscribe(DomainEventKinds kinds, Domain? domain = null)
    {
        var subscription = new EventSubscription(_events, kinds, domain?.Uuid);
        _events.Add(subscription);
        return subscription;
    }
}
