using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

/// <summary>A storage pool.</summary>
public sealed unsafe class StoragePool : IDisposable
{
    private readonly PoolHandle _handle;

    internal StoragePool(PoolHandle handle)
    {
        _handle = handle;
        Name = NativeCall.BorrowString(NativeLibvirt.virStoragePoolGetName(handle), nameof(NativeLibvirt.virStoragePoolGetName));
        Uuid = NativeCall.TakeUuid(uuid => NativeLibvirt.virStoragePoolGetUUID(handle, uuid), nameof(NativeLibvirt.virStoragePoolGetUUID));
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The UUID.</summary>
    public Guid Uuid { get; }

    /// <summary>It runs.</summary>
    public bool IsActive => NativeCall.CheckBool(NativeLibvirt.virStoragePoolIsActive(_handle), nameof(NativeLibvirt.virStoragePoolIsActive));

    /// <summary>State and sizes as of the last refresh.</summary>
    public StoragePoolInfo GetInfo()
    {
        NativeCall.Check(NativeLibvirt.virStoragePoolGetInfo(_handle, out var info), nameof(NativeLibvirt.virStoragePoolGetInfo));
        return new StoragePoolInfo((StoragePoolState)info.State, checked((long)info.Capacity), checked((long)info.Allocation), checked((long)info.Available));
    }

    /// <summary>The pool's XML as libvirt writes it.</summary>
    public string GetXml() => NativeCall.TakeString(NativeLibvirt.virStoragePoolGetXMLDesc(_handle, 0), nameof(NativeLibvirt.virStoragePoolGetXMLDesc));

    /// <summary>The pool's type (<c>dir</c>, <c>logical</c>, <c>rbd</c>...) and the path its volumes appear under; null when it has none.</summary>
    public (string Type, string? TargetPath) GetTarget()
    {
        var root = SafeXml.Parse(GetXml(), "pool");
        return ((string?)root.Attribute("type") ?? "", root.Element("target")?.Element("path")?.Value);
    }

    /// <summary>Looks at the storage again: files made behind libvirt's back appear.</summary>
    public void Refresh() => NativeCall.Check(NativeLibvirt.virStoragePoolRefresh(_handle, 0), nameof(NativeLibvirt.virStoragePoolRefresh));

    /// <summary>Lists the volumes as of the last refresh.</summary>
    public IReadOnlyList<StorageVolume> ListVolumes() =>
        NativeCall.TakeList(
            (out nint* items) => NativeLibvirt.virStoragePoolListAllVolumes(_handle, out items, 0),
            item => new StorageVolume(new VolumeHandle(item)),
            nameof(NativeLibvirt.virStoragePoolListAllVolumes));

    /// <summary>Looks a volume up by its name; null when there is none.</summary>
    /// <param name="name">The name.</param>
    public StorageVolume? FindVolume(string name) =>
        NativeCall.CheckFound(NativeLibvirt.virStorageVolLookupByName(_handle, name), nameof(NativeLibvirt.virStorageVolLookupByName)) is { } handle
            ? new StorageVolume(handle) : null;

    /// <summary>Creates a volume. An existing name gives StorageVolExist.</summary>
    /// <param name="volume">The volume.</param>
    public StorageVolume CreateVolume(VolumeXml volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        return new StorageVolume(NativeCall.Check(
            NativeLibvirt.virStorageVolCreateXML(_handle, volume.ToXml(), 0),
            nameof(NativeLibvirt.virStorageVolCreateXML)));
    }

    /// <inheritdoc />
    public void Dispose() => _handle.Dispose();
}
