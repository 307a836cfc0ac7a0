using System.Runtime.InteropServices;

namespace Holdfast.Libvirt.Native;

/// <summary>Errors, library, event loop and connections. Strings that libvirt allocates come back as <c>nint</c> and are freed by <see cref="NativeCall"/>.</summary>
internal static unsafe partial class NativeLibvirt
{
    internal const string Library = "libvirt.so.0";
    internal const string QemuLibrary = "libvirt-qemu.so.0";

    [LibraryImport(Library)]
    internal static partial int virInitialize();

    [LibraryImport(Library)]
    internal static partial int virGetVersion(out nuint libVersion, nint type, nint typeVersion);

    [LibraryImport(Library)]
    internal static partial NativeError* virGetLastError();

    [LibraryImport(Library)]
    internal static partial void virResetLastError();

    [LibraryImport(Library)]
    internal static partial void virSetErrorFunc(nint userData, delegate* unmanaged[Cdecl]<nint, NativeError*, void> handler);

    [LibraryImport(Library)]
    internal static partial int virEventRegisterDefaultImpl();

    [LibraryImport(Library)]
    internal static partial int virEventRunDefaultImpl();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ConnectHandle virConnectOpen(string uri);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ConnectHandle virConnectOpenReadOnly(string uri);

    [LibraryImport(Library)]
    internal static partial int virConnectClose(nint connection);

    [LibraryImport(Library)]
    internal static partial int virConnectIsAlive(ConnectHandle connection);

    [LibraryImport(Library)]
    internal static partial int virConnectSetKeepAlive(ConnectHandle connection, int intervalSeconds, uint count);

    [LibraryImport(Library)]
    internal static partial int virConnectRegisterCloseCallback(
        ConnectHandle connection,
        delegate* unmanaged[Cdecl]<nint, int, nint, void> callback,
        nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library)]
    internal static partial int virConnectUnregisterCloseCallback(
        ConnectHandle connection,
        delegate* unmanaged[Cdecl]<nint, int, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial nint virConnectGetURI(ConnectHandle connection);

    [LibraryImport(Library)]
    internal static partial nint virConnectGetHostname(ConnectHandle connection);

    [LibraryImport(Library)]
    internal static partial nint virConnectGetCapabilities(ConnectHandle connection);

    [LibraryImport(Library)]
    internal static partial int virConnectGetLibVersion(ConnectHandle connection, out nuint version);

    [LibraryImport(Library)]
    internal static partial int virConnectGetVersion(ConnectHandle connection, out nuint version);

    [LibraryImport(Library)]
    internal static partial int virConnectDomainEventRegisterAny(
        ConnectHandle connection,
        nint domain,
        int eventId,
        void* callback,
        nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library)]
    internal static partial int virConnectDomainEventDeregisterAny(ConnectHandle connection, int callbackId);
}
