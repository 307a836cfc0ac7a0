using Holdfast.Protection.Backup;

namespace Holdfast.Protection.Points;

/// <summary>What a point is of.</summary>
public enum SourceKind
{
    /// <summary>A libvirt domain.</summary>
    VirtualMachine,
    /// <summary>A disk image file that no VM used.</summary>
    Image,
}

/// <summary>What the engine keeps with a point, sealed by the vault: sources, consistency, how each disk was read and why.</summary>
public sealed record PointDetails
{
    /// <summary>What the point is of.</summary>
    public required SourceKind Kind { get; init; }

    /// <summary>The VM's (or image's) name at that time. Points are keyed by UUID; the name is for people.</summary>
    public required string Name { get; init; }

    /// <summary>The host that the VM ran on.</summary>
    public required string Host { get; init; }

    /// <summary>The consistency reached.</summary>
    public required Consistency Consistency { get; init; }

    /// <summary>Why less than asked was reached (a fault's code), or null.</summary>
    public string? ConsistencyReason { get; init; }

    /// <summary>The libvirt checkpoint that stands for this point, or null for points that move none (offline, images, raw only).</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Whether the VM was running.</summary>
    public bool Online { get; init; }

    /// <summary>The disks in the point, and how each was read.</summary>
    public required IReadOnlyList<DiskDetails> Disks { get; init; }

    /// <summary>Disks of the VM that aren't in the point.</summary>
    public IReadOnlyList<SkippedDisk> Skipped { get; init; } = [];

    /// <summary>The user's note.</summary>
    public string? Note { get; init; }

    /// <summary>How long the guest was frozen, in milliseconds; null where nothing was frozen.</summary>
    public double? FrozenMilliseconds { get; init; }

    /// <summary>Name of the attachment with the inactive domain XML, or null for images.</summary>
    public string? DomainXmlAttachment { get; init; }

    /// <summary>Name of the attachment with the firmware's variables, or null.</summary>
    public string? NvramAttachment { get; init; }

    /// <summary>Name of the attachment with the values of libvirt's secrets that the VM names, or null.</summary>
    public string? SecretsAttachment { get; init; }

    /// <summary>Name of the attachment with the state of the emulated TPM, as swtpm keeps it, or null.</summary>
    public string? TpmAttachment { get; init; }

    /// <summary>The addresses that the VM had, as far as they were to be learned; null in points of older programs.</summary>
    public IReadOnlyList<SavedAddress>? Addresses { get; init; }
}

/// <summary>How a disk was read.</summary>
public enum ReadMode
{
    /// <summary>Whole: every chunk that isn't known to be zero.</summary>
    Full,
    /// <summary>Only what changed since the base point.</summary>
    Incremental,
}

/// <summary>One disk of a point.</summary>
/// <param name="Target">The target name (vda), also the disk's name in the vault.</param>
/// <param name="Format">The format of the image in the VM (qcow2, raw).</param>
/// <param name="SourcePath">The image's path then.</param>
/// <param name="SizeBytes">The disk's virtual size.</param>
/// <param name="Mode">How it was read.</param>
/// <param name="Reason">Why it was read whole (a fault's code), or null.</param>
/// <param name="BasePoint">The point that the increment stands on (32 hexadecimal digits), or null.</param>
/// <param name="ReadBytes">Bytes read over NBD.</param>
public sealed record DiskDetails(
    string Target, string Format, string SourcePath, long SizeBytes, ReadMode Mode, string? Reason, string? BasePoint, long ReadBytes)
{
    /// <summary>The image was LUKS: a restored one must be, too, with the passphrase that the domain XML and the secrets name.</summary>
    public bool IsEncrypted { get; init; }
}

/// <summary>A disk that isn't in the point.</summary>
/// <param name="Target">The target name.</param>
/// <param name="Reason">Why: excluded, cdrom, floppy, read-only, empty.</param>
public sealed record SkippedDisk(string Target, string Reason);
