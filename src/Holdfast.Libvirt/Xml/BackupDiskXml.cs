namespace Holdfast.Libvirt;

/// <summary>One disk of a backup job.</summary>
public sealed record BackupDiskXml
{
    /// <summary>The target, such as <c>vda</c>.</summary>
    public required string Target { get; init; }

    /// <summary>It takes part in the job.</summary>
    public bool IsIncluded { get; init; } = true;

    /// <summary>What is marked as changed; null when the job's own setting holds.</summary>
    public BackupDiskMode? Mode { get; init; }

    /// <summary>The checkpoint since which changes are marked; for Incremental.</summary>
    public string? IncrementalCheckpoint { get; init; }

    /// <summary>The NBD export's name; libvirt's default is the target.</summary>
    public string? ExportName { get; init; }

    /// <summary>The name of the bitmap in the NBD export, seen there as <c>qemu:dirty-bitmap:NAME</c>; libvirt's default is <c>backup-TARGET</c>.</summary>
    public string? ExportBitmap { get; init; }

    /// <summary>The scratch file that keeps what the guest overwrites during the job. qcow2, made and removed by libvirt.</summary>
    public string? ScratchPath { get; init; }

    /// <summary>The secret that the scratch file is encrypted with as LUKS; null for a plain one.</summary>
    public Guid? ScratchSecret { get; init; }
}
