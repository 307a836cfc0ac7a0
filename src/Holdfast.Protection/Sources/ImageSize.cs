using System.Buffers.Binary;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Sources;

/// <summary>The size of a disk as its VM sees it, from the image itself.</summary>
/// <remarks>
/// libvirt would ask a running QEMU for its block nodes (virDomainGetBlockInfo), and QEMU 7.2 dies of that question in the moment in which it makes a
/// qcow2 image, as it does for an external snapshot. An inventory that is read again and again must not be a VM's end.
/// </remarks>
public static class ImageSize
{
    private const uint Qcow2Magic = 0x514649fb;
    // docs/interop/qcow2.rst: magic, version, backing file's offset and size, cluster bits, then the size.
    private const int Qcow2SizeAt = 24;

    /// <summary>The size, in bytes; null where no image tells it: an empty drive, a network's image of a running VM, a format of neither kind.</summary>
    /// <param name="domain">The VM.</param>
    /// <param name="isActive">Whether it runs.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="path">The path of its image on this host, or null.</param>
    /// <exception cref="LibvirtException">The VM is off, and its image is missing or can't be read.</exception>
    public static long? Find(Domain domain, bool isActive, DomainDisk disk, string? path)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(disk);
        if (disk.Source.Kind is DiskSourceKind.None)
            return null;
        if (!isActive)
            return domain.GetBlockInfo(disk.Target).CapacityBytes;
        // A slice's or a LUKS header's share isn't what the VM sees.
        var isPart = disk.Source.HasSlices || disk is { IsEncrypted: true, Format: not "qcow2" };
        return path is null || isPart ? null : TryRead(path, disk.Format ?? "raw");
    }

    /// <summary>The size that an image of this format at this path has; null where it can't be read or doesn't tell.</summary>
    internal static long? TryRead(string path, string format)
    {
        try
        {
            return format switch
            {
                "raw" => HostFile.SizeOf(path),
                "qcow2" => ReadQcow2(path),
                _ => null,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long? ReadQcow2(string path)
    {
        // What isn't a file or a block device would be waited for.
        if (HostFile.SizeOf(path) is not >= Qcow2SizeAt + sizeof(long))
            return null;
        Span<byte> header = stackalloc byte[Qcow2SizeAt + sizeof(long)];
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (RandomAccess.Read(file, header, 0) != header.Length || BinaryPrimitives.ReadUInt32BigEndian(header) != Qcow2Magic)
            return null;
        var size = BinaryPrimitives.ReadInt64BigEndian(header[Qcow2SizeAt..]);
        return size >= 0 ? size : null;
    }
}
