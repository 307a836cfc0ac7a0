using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

/// <summary>A volume of a storage pool.</summary>
public sealed class StorageVolume : IDisposable
{
    private readonly VolumeHandle _handle;

    internal StorageVolume(VolumeHandle handle)
    {
        _handle = handle;
        Name = NativeCall.BorrowString(NativeLibvirt.virStorageVolGetName(handle), nameof(NativeLibvirt.virStorageVolGetName));
    }

    /// <summary>The name, unique in its pool.</summary>
    public string Name { get; }

    /// <summary>The path, or what stands for one in the pool's kind of storage.</summary>
    public string GetPath() => NativeCall.TakeString(NativeLibvirt.virStorageVolGetPath(_handle), nameof(NativeLibvirt.virStorageVolGetPath));

    /// <summary>The sizes.</summary>
    public StorageVolumeInfo GetInfo()
    {
        NativeCall.Check(NativeLibvirt.virStorageVolGetInfo(_handle, out var info), nameof(NativeLibvirt.virStorageVolGetInfo));
        return new StorageVolumeInfo(checked((long)info.Capacity), checked((long)info.Allocation));
    }

    /// <summary>The volume's XML as libvirt writes it.</summary>
    public string GetXml() => NativeCall.TakeString(NativeLibvirt.virStorageVolGetXMLDesc(_handle, 0), nameof(NativeLibvirt.virStorageVolGetXMLDesc));

    /// <summary>Deletes the volume and its data.</summary>
    public void Delete() => NativeCall.Check(NativeLibvirt.virStorageVolDelete(_handle, 0), nameof(NativeLibvirt.virStorageVolDelete));

    /// <inheritdoc />
    public void Dispose() => _handle.Dispose();
}
