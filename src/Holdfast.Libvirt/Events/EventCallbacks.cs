using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

/// <summary>The functions that libvirt's event loop calls. They copy what they are given and never throw into native code.</summary>
internal static unsafe class EventCallbacks
{
    /// <summary>Kind, libvirt's event id (virDomainEventID), function.</summary>
    internal static readonly (DomainEventKinds Kind, int Id, nint Callback)[] All =
    [
        (DomainEventKinds.Lifecycle, 0, (nint)(delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, int>)&Lifecycle),
        (DomainEventKinds.IoError, 6, (nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, nint, int, nint, nint, void>)&IoErrorReason),
        (DomainEventKinds.AgentLifecycle, 18, (nint)(delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void>)&AgentLifecycle),
        (DomainEventKinds.JobCompleted, 21, (nint)(delegate* unmanaged[Cdecl]<nint, nint, NativeTypedParameter*, int, nint, void>)&JobCompleted),
        (DomainEventKinds.BlockThreshold, 24, (nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, nint, ulong, ulong, nint, void>)&BlockThreshold),
        (DomainEventKinds.BlockJob, 16, (nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, int, int, nint, void>)&BlockJob),
    ];

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Free(nint opaque) => GCHandle.FromIntPtr(opaque).Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Closed(nint connection, int reason, nint opaque) =>
        Guarded(() => (GCHandle.FromIntPtr(opaque).Target as EventHub)?.Deliver(DomainEventKinds.None, new ConnectionClosedEvent((ConnectionCloseReason)reason)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Lifecycle(nint connection, nint domain, int kind, int detail, nint opaque)
    {
        Deliver(opaque, domain, DomainEventKinds.Lifecycle, (uuid, name) => new DomainLifecycleEvent(uuid, name, (DomainLifecycleKind)kind, detail));
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void IoErrorReason(nint connection, nint domain, nint path, nint alias, int action, nint reason, nint opaque) =>
        Deliver(opaque, domain, DomainEventKinds.IoError, (uuid, name) => new DomainIoErrorEvent(uuid, name, Text(path), Text(alias), (IoErrorAction)action, Text(reason)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void AgentLifecycle(nint connection, nint domain, int state, int reason, nint opaque) =>
        Deliver(opaque, domain, DomainEventKinds.AgentLifecycle, (uuid, name) => new DomainAgentLifecycleEvent(uuid, name, (AgentLifecycleState)state, reason));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void JobCompleted(nint connection, nint domain, NativeTypedParameter* parameters, int count, nint opaque) =>
        Deliver(opaque, domain, DomainEventKinds.JobCompleted, (uuid, name) =>
        {
            var values = TypedParameters.Read(parameters, count);
            var type = values.TryGetValue("success", out var success) && success is false ? DomainJobType.Failed : DomainJobType.Completed;
            return new DomainJobCompletedEvent(uuid, name, new DomainJobStatistics(type, values));
        });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void BlockThreshold(nint connection, nint domain, nint device, nint path, ulong threshold, ulong excess, nint opaque) =>
        Deliver(opaque, domain, DomainEventKinds.BlockThreshold, (uuid, name) => new BlockThresholdEvent(
            uuid, name, Text(device), NativeCall.BorrowStringOrNull(path), (long)Math.Min(threshold, long.MaxValue), (long)Math.Min(excess, long.MaxValue)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void BlockJob(nint connection, nint domain, nint disk, int type, int status, nint opaque) =>
        Deliver(opaque, domain, DomainEventKinds.BlockJob, (uuid, name) => new DomainBlockJobEvent(uuid, name, Text(disk), (BlockJobType)type, (BlockJobStatus)status));

    private static string Text(nint text) => NativeCall.BorrowStringOrNull(text) ?? "";

    private static void Deliver(nint opaque, nint domain, DomainEventKinds kind, Func<Guid, string, LibvirtEvent> make) =>
        Guarded(() =>
        {
            if (GCHandle.FromIntPtr(opaque).Target is EventHub hub)
            {
                var uuid = NativeCall.TakeUuid(bytes => NativeLibvirt.virDomainGetUUIDBorrowed(domain, bytes), nameof(NativeLibvirt.virDomainGetUUIDBorrowed));
                hub.Deliver(kind, make(uuid, Text(NativeLibvirt.virDomainGetNameBorrowed(domain))));
            }
        });

    private static void Guarded(Action deliver)
    {
        try
        {
            deliver();
        }
        catch (LibvirtException)
        {
            // An event whose domain can't be named is of use to nobody; any other failure is a bug and ends the process, as it should.
        }
    }
}
