namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A disk to make for a guest.</summary>
/// <param name="Target">Its name in the domain (vda).</param>
public sealed record DiskSpec(string Target)
{
    /// <summary>Virtual size in MiB.</summary>
    public int SizeMiB { get; init; } = 128;

    /// <summary>ext4, xfs, or null for none.</summary>
    public string? FileSystem { get; init; }

    /// <summary>qcow2 or raw.</summary>
    public string Format { get; init; } = "qcow2";

    /// <summary>More options of qemu-img create (compat=0.10).</summary>
    public string? CreateOptions { get; init; }

    /// <summary>disk or cdrom.</summary>
    public string Device { get; init; } = "disk";

    /// <summary>More elements of the disk's XML (readonly).</summary>
    public string ExtraXml { get; init; } = "";

    /// <summary>The secret that the image is LUKS with; null for a plain one.</summary>
    public VmSecret? Luks { get; init; }

    /// <summary>An ext4 disk, mounted on /data where it is vda.</summary>
    public static DiskSpec Ext4(string target) => new(target) { FileSystem = "ext4" };

    /// <summary>An xfs disk, mounted on /data2 where it is vdb. mkfs.xfs refuses less than 300 MiB.</summary>
    public static DiskSpec Xfs(string target) => new(target) { FileSystem = "xfs", SizeMiB = 320 };
}
