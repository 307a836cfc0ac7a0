using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    /// <summary>Lists storage pools, active or not.</summary>
    public IReadOnlyList<StoragePool> ListStoragePools() =>
        NativeCall.TakeList(
            (out nint* items) => NativeLibvirt.virConnectListAllStoragePools(_handle, out items, 0),
            item => new StoragePool(new PoolHandle(item)),
            nameof(NativeLibvirt.virConnectListAllStoragePools));

    /// <summary>Looks a storage pool up by its name; null when there is none.</summary>
    /// <param name="name">The name.</param>
    public StoragePool? FindStoragePool(string name) =>
        NativeCall.CheckFound(NativeLibvirt.virStoragePoolLookupByName(_handle, name), nameof(NativeLibvirt.virStoragePoolLookupByName)) is { } handle
            ? new StoragePool(handle) : null;

    /// <summary>The host path that a disk's image lies at: its own for files and block devices, the volume's for volumes; null for others.</summary>
    /// <param name="source">The disk's source.</param>
    public string? ResolvePath(DiskSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        switch (source.Kind)
        {
            case DiskSourceKind.File or DiskSourceKind.Block:
                return source.Path;
            case DiskSourceKind.Volume when source is { Pool: { } poolName, Volume: { } volumeName }:
                using (var pool = FindStoragePool(poolName))
                using (var volume = pool?.FindVolume(volumeName))
                {
                    return volume?.GetPath();
                }

            default:
                return null;
        }
    }
}
