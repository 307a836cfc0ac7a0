using System.Runtime.InteropServices;
using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

/// <summary>The one place where a connection's events arrive, and from where its subscriptions get theirs.</summary>
/// <remarks>libvirt takes a callback once per event and connection, so a kind is registered with its first subscription and let go with its last.</remarks>
internal sealed unsafe class EventHub(ConnectHandle connection)
{
    private readonly Lock _gate = new();
    private readonly List<EventSubscription> _subscriptions = [];
    private readonly Dictionary<DomainEventKinds, int> _callbackIds = [];
    private bool _closeCallbackRegistered;

    internal void Add(EventSubscription subscription)
    {
        lock (_gate)
        {
            try
            {
                RegisterCloseCallback();
                _subscriptions.Add(subscription);
                foreach (var (kind, id, callback) in EventCallbacks.All)
                {
                    if (subscription.Kinds.HasFlag(kind) && !_callbackIds.ContainsKey(kind))
                    {
                        _callbackIds.Add(kind, Register(id, callback));
                    }
                }
            }
            catch
            {
                Remove(subscription);
                throw;
            }
        }
    }

    internal void Remove(EventSubscription subscription)
    {
        // libvirt tells of a domain's events without holding a lock that deregistering needs, so holding the gate here can't deadlock: Deliver copies first.
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
            foreach (var kind in _callbackIds.Keys.Where(k => !_subscriptions.Exists(s => s.Kinds.HasFlag(k))).ToList())
            {
                _callbackIds.Remove(kind, out var id);
                // A connection that broke has forgotten its callbacks; there is nothing else to undo.
                _ = NativeLibvirt.virConnectDomainEventDeregisterAny(connection, id);
            }
        }
    }

    internal void Close()
    {
        EventSubscription[] subscriptions;
        lock (_gate)
        {
            subscriptions = [.. _subscriptions];
        }

        foreach (var subscription in subscriptions)
        {
            subscription.Dispose();
        }

        bool isRegistered;
        lock (_gate)
        {
            isRegistered = _closeCallbackRegistered;
            _closeCallbackRegistered = false;
        }

        // Not under the gate: libvirt holds a lock while it tells of a connection's end, deregistering takes it, and Deliver waits for the gate.
        if (isRegistered && !connection.IsClosed)
        {
            // Fails only when the connection is gone, and the callback with it.
            _ = NativeLibvirt.virConnectUnregisterCloseCallback(connection, &EventCallbacks.Closed);
        }
    }

    internal void Deliver(DomainEventKinds kind, LibvirtEvent occurred)
    {
        EventSubscription[] subscriptions;
        lock (_gate)
        {
            subscriptions = [.. _subscriptions];
        }

        foreach (var subscription in subscriptions)
        {
            subscription.Deliver(kind, occurred);
        }
    }

    private int Register(int eventId, nint callback)
    {
        var self = GCHandle.Alloc(this);
        var id = NativeLibvirt.virConnectDomainEventRegisterAny(connection, 0, eventId, (void*)callback, GCHandle.ToIntPtr(self), &EventCallbacks.Free);
        if (id < 0)
        {
            var error = NativeCall.LastError(nameof(NativeLibvirt.virConnectDomainEventRegisterAny));
            self.Free();
            throw error;
        }

        return id;
    }

    private void RegisterCloseCallback()
    {
        if (_closeCallbackRegistered)
        {
            return;
        }

        var self = GCHandle.Alloc(this);
        if (NativeLibvirt.virConnectRegisterCloseCallback(connection, &EventCallbacks.Closed, GCHandle.ToIntPtr(self), &EventCallbacks.Free) >= 0)
        {
            _closeCallbackRegistered = true;
            return;
        }

        var error = NativeCall.LastError(nameof(NativeLibvirt.virConnectRegisterCloseCallback));
        self.Free();
        if (error.Code is not LibvirtErrorCode.NoSupport)
        {
            throw error;
        }

        // Drivers inside this process (test:///) have no connection that could end.
    }
}
