using System.Runtime.InteropServices;
using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    private readonly Lock _subscriptionGate = new();
    private readonly List<EventSubscription> _subscriptions = [];
    private bool _closeCallbackRegistered;

    /// <summary>Subscribes to events of all domains, or of one. The connection's end is always reported.</summary>
    /// <param name="kinds">Which kinds.</param>
    /// <param name="domain">The one domain; null for all.</param>
    public EventSubscription Subscribe(DomainEventKinds kinds, Domain? domain = null)
    {
        var subscription = new EventSubscription(this);
        lock (_subscriptionGate)
        {
            RegisterCloseCallback();
            _subscriptions.Add(subscription);
        }

        try
        {
            if (domain is null)
            {
                subscription.Register(kinds, 0);
            }
            else
            {
                domain.Use(handle => subscription.Register(kinds, handle));
            }

            return subscription;
        }
        catch
        {
            subscription.Dispose();
            throw;
        }
    }

    internal void Forget(EventSubscription subscription)
    {
        lock (_subscriptionGate)
        {
            _subscriptions.Remove(subscription);
        }
    }

    internal void OnClosed(ConnectionCloseReason reason)
    {
        EventSubscription[] subscriptions;
        lock (_subscriptionGate)
        {
            subscriptions = [.. _subscriptions];
        }

        foreach (var subscription in subscriptions)
        {
            subscription.Deliver(new ConnectionClosedEvent(reason));
        }
    }

    private void RegisterCloseCallback()
    {
        if (_closeCallbackRegistered)
        {
            return;
        }

        var self = GCHandle.Alloc(this, GCHandleType.Weak);
        if (NativeLibvirt.virConnectRegisterCloseCallback(_handle, &EventCallbacks.Closed, GCHandle.ToIntPtr(self), &EventCallbacks.Free) < 0)
        {
            var error = NativeCall.LastError(nameof(NativeLibvirt.virConnectRegisterCloseCallback));
            self.Free();
            if (error.Code is not LibvirtErrorCode.NoSupport)
            {
                throw error;
            }

            // Drivers inside this process (test:///) have no connection that could end.
        }
        else
        {
            _closeCallbackRegistered = true;
        }
    }

    private void DisposeSubscriptions()
    {
        EventSubscription[] subscriptions;
        bool closeCallback;
        lock (_subscriptionGate)
        {
            subscriptions = [.. _subscriptions];
            closeCallback = _closeCallbackRegistered;
            _closeCallbackRegistered = false;
        }

        foreach (var subscription in subscriptions)
        {
            subscription.Dispose();
        }

        if (closeCallback)
        {
            // Fails only when the connection is gone, and the callback with it.
            _ = NativeLibvirt.virConnectUnregisterCloseCallback(_handle, &EventCallbacks.Closed);
        }
    }
}
