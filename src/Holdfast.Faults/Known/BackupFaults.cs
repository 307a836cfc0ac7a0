namespace Holdfast.Faults;

/// <summary>Faults and notices of a backup run. One factory per entry of <c>Catalogue/backup.json</c>.</summary>
public static class BackupFaults
{
    /// <summary>Vm not found.</summary>
    public static Fault VmNotFound(string vm, string uri) => Fault.Of("UserErrorVmNotFoundV2").With("vm", vm).With("uri", uri);

    /// <summary>Vm name ambiguous.</summary>
    public static Fault VmNameAmbiguous(string vm, IEnumerable<string> candidates) =>
        Fault.Of("HoldfastVmNameAmbiguous").With("vm", vm).With("candidates", candidates);

    /// <summary>Vm state unsuitable.</summary>
    public static Fault VmStateUnsuitable(string vm, string state) =>
        Fault.Of("UserErrorVmNotInDesirableState").With("vm", vm).With("state", state);

    /// <summary>Vm in failed state.</summary>
    public static Fault VmInFailedState(string vm, string state) =>
        Fault.Of("UserErrorVmProvisioningStateFailed").With("vm", vm).With("state", state);

    /// <summary>Operation in progress.</summary>
    public static Fault OperationInProgress(string vm, string holder) =>
        Fault.Of("UserErrorBackupOperationInProgress").With("vm", vm).With("holder", holder);

    /// <summary>Foreign backup job.</summary>
    public static Fault ForeignBackupJob(string vm) => Fault.Of("ExtensionOperationInProgress").With("vm", vm);

    /// <summary>Block job active.</summary>
    public static Fault BlockJobActive(string vm, string disk, string job) =>
        Fault.Of("HoldfastBlockJobActive").With("vm", vm).With("disk", disk).With("job", job);

    /// <summary>Domain job active.</summary>
    public static Fault DomainJobActive(string vm, string job) => Fault.Of("HoldfastDomainJobActive").With("vm", vm).With("job", job);

    /// <summary>Backup begin failed.</summary>
    public static Fault BackupBeginFailed(string vm, string reason) =>
        Fault.Of("ExtensionOperationFailedForManagedDisks").With("vm", vm).With("reason", reason);

    /// <summary>Encrypted disk unsupported.</summary>
    public static Fault EncryptedDiskUnsupported(string vm, string disk) =>
        Fault.Of("HoldfastEncryptedDiskUnsupported").With("vm", vm).With("disk", disk);

    /// <summary>Vm secrets unsupported.</summary>
    public static Fault VmSecretsUnsupported(string vm, string device) =>
        Fault.Of("HoldfastVmSecretsUnsupported").With("vm", vm).With("device", device);

    /// <summary>Disk type unsupported.</summary>
    public static Fault DiskTypeUnsupported(string vm, string disk, string type) =>
        Fault.Of("HoldfastDiskTypeUnsupported").With("vm", vm).With("disk", disk).With("type", type);

    /// <summary>Disk without image.</summary>
    public static Fault DiskWithoutImage(string vm, string disk) => Fault.Of("HoldfastDiskWithoutImage").With("vm", vm).With("disk", disk);

    /// <summary>Nothing to back up.</summary>
    public static Fault NothingToBackUp(string vm) => Fault.Of("HoldfastNothingToBackUp").With("vm", vm);

    /// <summary>Disk not in vm.</summary>
    public static Fault DiskNotInVm(string vm, string disk, IEnumerable<string> disks) =>
        Fault.Of("HoldfastDiskNotInVm").With("vm", vm).With("disk", disk).With("disks", disks);

    /// <summary>Foreign checkpoint inconsistent.</summary>
    public static Fault ForeignCheckpointInconsistent(string vm, IEnumerable<string> checkpoints, string reason) =>
        Fault.Of("HoldfastForeignCheckpointInconsistent").With("vm", vm).With("checkpoints", checkpoints).With("reason", reason);

    /// <summary>Guest io error.</summary>
    public static Fault GuestIoError(string vm, string disk, string reason) =>
        Fault.Of("HoldfastGuestIoErrorDuringBackup").With("vm", vm).With("disk", disk).With("reason", reason);

    /// <summary>Scratch reserve reached.</summary>
    public static Fault ScratchReserveReached(string vm, string path, long freeBytes, long reserveBytes) =>
        Fault.Of("HoldfastScratchReserveReached").With("vm", vm).With("path", path).With("freeBytes", freeBytes).With("reserveBytes", reserveBytes);

    /// <summary>Vm stopped during backup.</summary>
    public static Fault VmStoppedDuringBackup(string vm, string reason) =>
        Fault.Of("HoldfastVmStoppedDuringBackup").With("vm", vm).With("reason", reason);

    /// <summary>Disk read failed.</summary>
    public static Fault DiskReadFailed(string disk, string reason) =>
        Fault.Of("HoldfastDiskReadFailed").With("disk", disk).With("reason", reason);

    /// <summary>Nbd protocol violation.</summary>
    public static Fault NbdProtocolViolation(string disk, string reason) =>
        Fault.Of("HoldfastNbdProtocolViolation").With("disk", disk).With("reason", reason);

    /// <summary>Backup job ended early.</summary>
    public static Fault BackupJobEndedEarly(string vm, string reason) =>
        Fault.Of("HoldfastBackupJobEndedEarly").With("vm", vm).With("reason", reason);

    /// <summary>Image not found.</summary>
    public static Fault ImageNotFound(string path) => Fault.Of("HoldfastImageNotFound").With("path", path);

    /// <summary>Image in use.</summary>
    public static Fault ImageInUse(string path, string reason) => Fault.Of("HoldfastImageInUse").With("path", path).With("reason", reason);

    /// <summary>Image format unsupported.</summary>
    public static Fault ImageFormatUnsupported(string path, string format) =>
        Fault.Of("HoldfastImageFormatUnsupported").With("path", path).With("format", format);

    /// <summary>Image unreadable.</summary>
    public static Fault ImageUnreadable(string path, string reason) =>
        Fault.Of("HoldfastImageUnreadable").With("path", path).With("reason", reason);

    /// <summary>Vm started during offline read.</summary>
    public static Fault VmStartedDuringOfflineRead(string vm) => Fault.Of("HoldfastVmStartedDuringOfflineRead").With("vm", vm);

    /// <summary>Vm start blocked.</summary>
    public static Fault VmStartBlocked(string vm) => Fault.Of("HoldfastVmStartBlocked").With("vm", vm);

    /// <summary>Change tracking lost.</summary>
    public static Fault ChangeTrackingLost(string disk, string reason) =>
        Fault.Of("HoldfastChangeTrackingLost").With("disk", disk).With("reason", reason);

    /// <summary>Raw disk read whole.</summary>
    public static Fault RawDiskReadWhole(string disk) => Fault.Of("HoldfastRawDiskReadWhole").With("disk", disk);

    /// <summary>Disk not trackable.</summary>
    public static Fault DiskNotTrackable(string disk, string reason) =>
        Fault.Of("HoldfastDiskNotTrackable").With("disk", disk).With("reason", reason);

    /// <summary>Disk added.</summary>
    public static Fault DiskAdded(string disk) => Fault.Of("HoldfastDiskAdded").With("disk", disk);

    /// <summary>Disk removed.</summary>
    public static Fault DiskRemoved(string disk) => Fault.Of("HoldfastDiskRemoved").With("disk", disk);

    /// <summary>Disk size changed.</summary>
    public static Fault DiskSizeChanged(string disk, long oldBytes, long newBytes) =>
        Fault.Of("HoldfastDiskSizeChanged").With("disk", disk).With("oldBytes", oldBytes).With("newBytes", newBytes);

    /// <summary>Disk replaced.</summary>
    public static Fault DiskReplaced(string disk) => Fault.Of("HoldfastDiskReplaced").With("disk", disk);

    /// <summary>Disk excluded.</summary>
    public static Fault DiskExcluded(string disk) => Fault.Of("HoldfastDiskExcluded").With("disk", disk);

    /// <summary>Disk skipped.</summary>
    public static Fault DiskSkipped(string disk, string reason) =>
        Fault.Of("HoldfastDiskSkipped").With("disk", disk).With("reason", reason);

    /// <summary>Base point missing.</summary>
    public static Fault BasePointMissing(string disk, string point) =>
        Fault.Of("HoldfastBasePointMissing").With("disk", disk).With("point", point);

    /// <summary>Base in other vault.</summary>
    public static Fault BaseInOtherVault(string disk) => Fault.Of("HoldfastBaseInOtherVault").With("disk", disk);

    /// <summary>Base chunks damaged.</summary>
    public static Fault BaseChunksDamaged(string disk, long chunks) =>
        Fault.Of("HoldfastBaseChunksDamaged").With("disk", disk).With("chunks", chunks);

    /// <summary>Stale checkpoints cleaned.</summary>
    public static Fault StaleCheckpointsCleaned(string vm, IEnumerable<string> checkpoints, string reason) =>
        Fault.Of("HoldfastStaleCheckpointsCleaned").With("vm", vm).With("checkpoints", checkpoints).With("reason", reason);

    /// <summary>Orphan bitmaps cleaned.</summary>
    public static Fault OrphanBitmapsCleaned(string disk, long bitmaps) =>
        Fault.Of("HoldfastOrphanBitmapsCleaned").With("disk", disk).With("bitmaps", bitmaps);

    /// <summary>Checkpoint not removed.</summary>
    public static Fault CheckpointNotRemoved(string vm, string checkpoint, string reason) =>
        Fault.Of("HoldfastCheckpointNotRemoved").With("vm", vm).With("checkpoint", checkpoint).With("reason", reason);

    /// <summary>Full requested.</summary>
    public static Fault FullRequested() => Fault.Of("HoldfastFullRequested");

    /// <summary>First backup.</summary>
    public static Fault FirstBackup(string vm) => Fault.Of("HoldfastFirstBackup").With("vm", vm);

    /// <summary>Full after in place restore.</summary>
    public static Fault FullAfterInPlaceRestore(string vm) => Fault.Of("HoldfastFullAfterInPlaceRestore").With("vm", vm);

    /// <summary>Leftover job aborted.</summary>
    public static Fault LeftoverJobAborted(string vm) => Fault.Of("HoldfastLeftoverJobAborted").With("vm", vm);

    /// <summary>Foreign checkpoints present.</summary>
    public static Fault ForeignCheckpointsPresent(string vm, IEnumerable<string> checkpoints) =>
        Fault.Of("HoldfastForeignCheckpointsPresent").With("vm", vm).With("checkpoints", checkpoints);

    /// <summary>Vm resumed.</summary>
    public static Fault VmResumed(string vm, string reason) => Fault.Of("HoldfastVmResumed").With("vm", vm).With("reason", reason);
}
