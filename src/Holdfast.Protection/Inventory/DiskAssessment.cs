using Holdfast.Faults;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Inventory;

/// <summary>Says of a VM's disk whether it is backed up, and whether its changes can be tracked. Pure.</summary>
public static class DiskAssessment
{
    /// <summary>Assesses a disk.</summary>
    /// <param name="vm">The VM's name.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="path">Its image's path on the host, or null.</param>
    /// <param name="header">The image's header, where it is qcow2 and can be read.</param>
    /// <param name="sizeBytes">Its virtual size, where known.</param>
    public static VmDisk Assess(string vm, DomainDisk disk, string? path, ImageHeader? header, long? sizeBytes)
    {
        ArgumentNullException.ThrowIfNull(disk);
        var obstacle = ObstacleOf(vm, disk, path, header);
        var device = disk.Device switch
        {
            DiskDevice.CdRom => "cdrom",
            DiskDevice.Floppy => "floppy",
            DiskDevice.Lun => "lun",
            _ => "disk",
        };
        var format = disk.Source.Kind is DiskSourceKind.None ? null : disk.Format ?? "raw";
        return new VmDisk(disk.Target, device, format, path, sizeBytes ?? header?.SizeBytes, obstacle is null, obstacle);
    }

    private static Fault? ObstacleOf(string vm, DomainDisk disk, string? path, ImageHeader? header) => disk switch
    {
        { Device: DiskDevice.CdRom } => BackupFaults.DiskSkipped(disk.Target, "cdrom"),
        { Device: DiskDevice.Floppy } => BackupFaults.DiskSkipped(disk.Target, "floppy"),
        { IsReadOnly: true } => BackupFaults.DiskSkipped(disk.Target, "read-only"),
        { IsTransient: true } => BackupFaults.DiskSkipped(disk.Target, "transient"),
        { IsEncrypted: true } => BackupFaults.EncryptedDiskUnsupported(vm, disk.Target),
        { Device: not DiskDevice.Disk } => BackupFaults.DiskTypeUnsupported(vm, disk.Target, disk.Device.ToString().ToLowerInvariant()),
        { Source.Kind: DiskSourceKind.None } => BackupFaults.DiskWithoutImage(vm, disk.Target),
        { Source.Kind: not (DiskSourceKind.File or DiskSourceKind.Block or DiskSourceKind.Volume) } =>
            BackupFaults.DiskTypeUnsupported(vm, disk.Target, disk.Source.Kind.ToString().ToLowerInvariant()),
        _ when path is null => BackupFaults.DiskWithoutImage(vm, disk.Target),
        { Format: null or "raw" } => BackupFaults.RawDiskReadWhole(disk.Target),
        { Format: not "qcow2" } => BackupFaults.ImageFormatUnsupported(path, disk.Format!),
        _ => header switch
        {
            { IsEncrypted: true } => BackupFaults.EncryptedDiskUnsupported(vm, disk.Target),
            { Version: 2 } => BackupFaults.DiskNotTrackable(disk.Target, "qcow2 version 2 (compat 0.10)"),
            { HasDataFile: true } => BackupFaults.DiskNotTrackable(disk.Target, "external data file"),
            _ => null,
        },
    };
}
