using System.Runtime.InteropServices;

namespace Holdfast.Libvirt.Native;

/// <summary>Networks, storage pools, volumes and secrets.</summary>
internal static unsafe partial class NativeLibvirt
{
    [LibraryImport(Library)]
    internal static partial int virConnectListAllNetworks(ConnectHandle connection, out nint* networks, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial NetworkHandle virNetworkLookupByName(ConnectHandle connection, string name);

    [LibraryImport(Library)]
    internal static partial nint virNetworkGetName(NetworkHandle network);

    [LibraryImport(Library)]
    internal static partial int virNetworkGetUUID(NetworkHandle network, byte* uuid);

    [LibraryImport(Library)]
    internal static partial int virNetworkIsActive(NetworkHandle network);

    [LibraryImport(Library)]
    internal static partial nint virNetworkGetBridgeName(NetworkHandle network);

    [LibraryImport(Library)]
    internal static partial nint virNetworkGetXMLDesc(NetworkHandle network, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virNetworkGetDHCPLeases(NetworkHandle network, string? mac, out NativeDhcpLease** leases, uint flags);

    [LibraryImport(Library)]
    internal static partial void virNetworkDHCPLeaseFree(NativeDhcpLease* lease);

    [LibraryImport(Library)]
    internal static partial int virNetworkFree(nint network);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virNetworkUpdate(NetworkHandle network, uint command, uint section, int parentIndex, string xml, uint flags);

    [LibraryImport(Library)]
    internal static partial int virConnectListAllStoragePools(ConnectHandle connection, out nint* pools, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial PoolHandle virStoragePoolLookupByName(ConnectHandle connection, string name);

    [LibraryImport(Library)]
    internal static partial nint virStoragePoolGetName(PoolHandle pool);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolGetUUID(PoolHandle pool, byte* uuid);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolIsActive(PoolHandle pool);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolGetInfo(PoolHandle pool, out NativePoolInfo info);

    [LibraryImport(Library)]
    internal static partial nint virStoragePoolGetXMLDesc(PoolHandle pool, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolRefresh(PoolHandle pool, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolListAllVolumes(PoolHandle pool, out nint* volumes, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStoragePoolFree(nint pool);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial VolumeHandle virStorageVolLookupByName(PoolHandle pool, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial VolumeHandle virStorageVolCreateXML(PoolHandle pool, string xml, uint flags);

    [LibraryImport(Library)]
    internal static partial nint virStorageVolGetName(VolumeHandle volume);

    [LibraryImport(Library)]
    internal static partial nint virStorageVolGetPath(VolumeHandle volume);

    [LibraryImport(Library)]
    internal static partial nint virStorageVolGetXMLDesc(VolumeHandle volume, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStorageVolGetInfo(VolumeHandle volume, out NativeVolumeInfo info);

    [LibraryImport(Library)]
    internal static partial int virStorageVolDelete(VolumeHandle volume, uint flags);

    [LibraryImport(Library)]
    internal static partial int virStorageVolFree(nint volume);

    [LibraryImport(Library)]
    internal static partial int virConnectListAllSecrets(ConnectHandle connection, out nint* secrets, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SecretHandle virSecretLookupByUUIDString(ConnectHandle connection, string uuid);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SecretHandle virSecretLookupByUsage(ConnectHandle connection, int usageType, string usageId);

    [LibraryImport(Library)]
    internal static partial int virSecretGetUUID(SecretHandle secret, byte* uuid);

    [LibraryImport(Library)]
    internal static partial int virSecretGetUsageType(SecretHandle secret);

    [LibraryImport(Library)]
    internal static partial nint virSecretGetUsageID(SecretHandle secret);

    [LibraryImport(Library)]
    internal static partial nint virSecretGetXMLDesc(SecretHandle secret, uint flags);

    [LibraryImport(Library)]
    internal static partial byte* virSecretGetValue(SecretHandle secret, out nuint size, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SecretHandle virSecretDefineXML(ConnectHandle connection, string xml, uint flags);

    [LibraryImport(Library)]
    internal static partial int virSecretSetValue(SecretHandle secret, byte* value, nuint size, uint flags);

    [LibraryImport(Library)]
    internal static partial int virSecretUndefine(SecretHandle secret);

    [LibraryImport(Library)]
    internal static partial int virSecretFree(nint secret);
}
