using Holdfast.Libvirt;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Backup;

/// <summary>What a plan needs to know of one of the VM's disks.</summary>
public sealed record DiskFacts
{
    /// <summary>Target name (vda).</summary>
    public required string Target { get; init; }

    /// <summary>disk, cdrom, floppy or lun.</summary>
    public required string Device { get; init; }

    /// <summary>libvirt's source type: file, block, volume, network, ...</summary>
    public required string SourceType { get; init; }

    /// <summary>Path of the top image; null where there is none.</summary>
    public string? SourcePath { get; init; }

    /// <summary>Format of the top image as the VM opens it.</summary>
    public string? Format { get; init; }

    /// <summary>Virtual size in bytes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>The VM can't write to it.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Other VMs may write to it at the same time.</summary>
    public bool IsShareable { get; init; }

    /// <summary>Writes are thrown away when the VM stops.</summary>
    public bool IsTransient { get; init; }

    /// <summary>QEMU decrypts it: its export would be plaintext.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>libvirt's secret with the passphrase, where the disk is one that can be encrypted again like that (LUKS by QEMU, top image only); else null.</summary>
    public SecretReference? EncryptionSecret { get; init; }

    /// <summary>The format of an image below would be guessed by who opens its chain (a VM that runs has it open already).</summary>
    public bool HasGuessedBacking { get; init; }

    /// <summary>Why QEMU can't keep a dirty bitmap in it (a short reason in English), or null where it can.</summary>
    public string? TrackingObstacle { get; init; }

    /// <summary>The dirty bitmaps that lie in its top image.</summary>
    public IReadOnlyList<ImageBitmap> Bitmaps { get; init; } = [];

    /// <summary>The images of its chain, top first.</summary>
    public IReadOnlyList<ImageIdentity> Chain { get; init; } = [];
}
