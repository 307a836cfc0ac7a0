namespace Holdfast.Libvirt;

/// <summary>What a disk is to the guest.</summary>
public enum DiskDevice
{
    /// <summary>A hard disk.</summary>
    Disk,

    /// <summary>A SCSI LUN passed through.</summary>
    Lun,

    /// <summary>A CD-ROM drive.</summary>
    CdRom,

    /// <summary>A floppy drive.</summary>
    Floppy,

    /// <summary>Something newer.</summary>
    Other,
}
