namespace Holdfast.Faults;

/// <summary>
/// Faults and notices of a backup run.
/// One factory per entry of <c>Catalogue/backup.json</c>.
/// </summary>
public static class BackupFaults
{
    /// <summary>The VM "{vm}" doesn't exist at {uri}.</summary>
    public static Fault VmNotFound(string vm, string uri) => Fault.Of("UserErrorVmNotFoundV2").With("vm", vm).With("uri", uri);

    /// <summary>"{vm}" names more than one VM: {candidates}</summary>
    public static Fault VmNameAmbiguous(string vm, IEnumerable<string> candidates) =>
        Fault.Of("HoldfastVmNameAmbiguous").With("vm", vm).With("candidates", candidates);

    /// <summary>The VM "{vm}" is {state}; it can't be backed up in this state.</summary>
    public static Fault VmStateUnsuitable(string vm, string state) =>
        Fault.Of("UserErrorVmNotInDesirableState").With("vm", vm).With("state", state);

    /// <summary>The VM "{vm}" is in a failed state: it is {state}.</summary>
    public static Fault VmInFailedState(string vm, string state) =>
        Fault.Of("UserErrorVmProvisioningStateFailed").With("vm", vm).With("state", state);

    /// <summary>Another operation is in progress on the VM "{vm}": {holder}</summary>
    public static Fault OperationInProgress(string vm, string holder) =>
        Fault.Of("UserErrorBackupOperationInProgress").With("vm", vm).With("holder", holder);

    /// <summary>Another tool's backup job is running on the VM "{vm}".</summary>
    public static Fault ForeignBackupJob(string vm) => Fault.Of("ExtensionOperationInProgress").With("vm", vm);

    /// <summary>A block job ({job}) is active on the disk "{disk}" of the VM "{vm}".</summary>
    public static Fault BlockJobActive(string vm, string disk, string job) =>
        Fault.Of("HoldfastBlockJobActive").With("vm", vm).With("disk", disk).With("job", job);

    /// <summary>libvirt is busy with another job on the VM "{vm}": {job}</summary>
    public static Fault DomainJobActive(string vm, string job) => Fault.Of("HoldfastDomainJobActive").With("vm", vm).With("job", job);

    /// <summary>The backup of the VM "{vm}" couldn't be started: {reason}</summary>
    public static Fault BackupBeginFailed(string vm, string reason) =>
        Fault.Of("ExtensionOperationFailedForManagedDisks").With("vm", vm).With("reason", reason);

    /// <summary>The disk "{disk}" of the VM "{vm}" is encrypted in a way that a restored one couldn't be.</summary>
    public static Fault EncryptedDiskUnsupported(string vm, string disk) =>
        Fault.Of("HoldfastEncryptedDiskUnsupported").With("vm", vm).With("disk", disk);

    /// <summary>The VM "{vm}" keeps secrets outside its disks ({device}) that can't be backed up.</summary>
    public static Fault VmSecretsUnsupported(string vm, string device) =>
        Fault.Of("HoldfastVmSecretsUnsupported").With("vm", vm).With("device", device);

    /// <summary>The disk "{disk}" of the VM "{vm}" is of a type that can't be backed up: {type}</summary>
    public static Fault DiskTypeUnsupported(string vm, string disk, string type) =>
        Fault.Of("HoldfastDiskTypeUnsupported").With("vm", vm).With("disk", disk).With("type", type);

    /// <summary>The disk "{disk}" of the VM "{vm}" has no image.</summary>
    public static Fault DiskWithoutImage(string vm, string disk) => Fault.Of("HoldfastDiskWithoutImage").With("vm", vm).With("disk", disk);

    /// <summary>The VM "{vm}" has no disk to back up.</summary>
    public static Fault NothingToBackUp(string vm) => Fault.Of("HoldfastNothingToBackUp").With("vm", vm);

    /// <summary>The VM "{vm}" has no disk "{disk}".</summary>
    public static Fault DiskNotInVm(string vm, string disk, IEnumerable<string> disks) =>
        Fault.Of("HoldfastDiskNotInVm").With("vm", vm).With("disk", disk).With("disks", disks);

    /// <summary>Checkpoints of another tool keep the VM "{vm}" from being backed up: {checkpoints} ({reason})</summary>
    public static Fault ForeignCheckpointInconsistent(string vm, IEnumerable<string> checkpoints, string reason) =>
        Fault.Of("HoldfastForeignCheckpointInconsistent").With("vm", vm).With("checkpoints", checkpoints).With("reason", reason);

    /// <summary>The VM "{vm}" met an I/O error on the disk "{disk}" during the backup: {reason}</summary>
    public static Fault GuestIoError(string vm, string disk, string reason) =>
        Fault.Of("HoldfastGuestIoErrorDuringBackup").With("vm", vm).With("disk", disk).With("reason", reason);

    /// <summary>
    /// The backup of the VM "{vm}" was aborted: the scratch folder {path} has only {freeBytes} left (reserve {reserveBytes}).
    /// </summary>
    public static Fault ScratchReserveReached(string vm, string path, long freeBytes, long reserveBytes) =>
        Fault.Of("HoldfastScratchReserveReached").With("vm", vm).With("path", path)
            .With("freeBytes", freeBytes).With("reserveBytes", reserveBytes);

    /// <summary>The VM "{vm}" stopped during the backup: {reason}</summary>
    public static Fault VmStoppedDuringBackup(string vm, string reason) =>
        Fault.Of("HoldfastVmStoppedDuringBackup").With("vm", vm).With("reason", reason);

    /// <summary>Reading the disk "{disk}" failed: {reason}</summary>
    public static Fault DiskReadFailed(string disk, string reason) =>
        Fault.Of("HoldfastDiskReadFailed").With("disk", disk).With("reason", reason);

    /// <summary>The server that offers the disk "{disk}" broke the NBD protocol: {reason}</summary>
    public static Fault NbdProtocolViolation(string disk, string reason) =>
        Fault.Of("HoldfastNbdProtocolViolation").With("disk", disk).With("reason", reason);

    /// <summary>libvirt ended the backup job of the VM "{vm}" before the data was read: {reason}</summary>
    public static Fault BackupJobEndedEarly(string vm, string reason) =>
        Fault.Of("HoldfastBackupJobEndedEarly").With("vm", vm).With("reason", reason);

    /// <summary>The disk image {path} doesn't exist.</summary>
    public static Fault ImageNotFound(string path) => Fault.Of("HoldfastImageNotFound").With("path", path);

    /// <summary>The disk image {path} is in use: {reason}</summary>
    public static Fault ImageInUse(string path, string reason) => Fault.Of("HoldfastImageInUse").With("path", path).With("reason", reason);

    /// <summary>The disk image {path} is of a format that can't be backed up: {format}</summary>
    public static Fault ImageFormatUnsupported(string path, string format) =>
        Fault.Of("HoldfastImageFormatUnsupported").With("path", path).With("format", format);

    /// <summary>The disk image {path} can't be read: {reason}</summary>
    public static Fault ImageUnreadable(string path, string reason) =>
        Fault.Of("HoldfastImageUnreadable").With("path", path).With("reason", reason);

    /// <summary>The VM "{vm}" was started while its disks were being read offline.</summary>
    public static Fault VmStartedDuringOfflineRead(string vm) => Fault.Of("HoldfastVmStartedDuringOfflineRead").With("vm", vm);

    /// <summary>The VM "{vm}" is shut off; it can't be started until its disks have been read.</summary>
    public static Fault VmStartBlocked(string vm) => Fault.Of("HoldfastVmStartBlocked").With("vm", vm);

    /// <summary>The disk "{disk}" is read in full: its changes aren't tracked yet.</summary>
    public static Fault TrackingNotBegun(string disk) => Fault.Of("HoldfastTrackingNotBegun").With("disk", disk);

    /// <summary>The record of changed blocks of the disk "{disk}" was lost; the disk is read in full: {reason}</summary>
    public static Fault ChangeTrackingLost(string disk, string reason) =>
        Fault.Of("HoldfastChangeTrackingLost").With("disk", disk).With("reason", reason);

    /// <summary>The disk "{disk}" is raw; it is read whole each time.</summary>
    public static Fault RawDiskReadWhole(string disk) => Fault.Of("HoldfastRawDiskReadWhole").With("disk", disk);

    /// <summary>Changes of the disk "{disk}" can't be tracked; it is read whole each time: {reason}</summary>
    public static Fault DiskNotTrackable(string disk, string reason) =>
        Fault.Of("HoldfastDiskNotTrackable").With("disk", disk).With("reason", reason);

    /// <summary>The disk "{disk}" is new since the last backup; it is read in full.</summary>
    public static Fault DiskAdded(string disk) => Fault.Of("HoldfastDiskAdded").With("disk", disk);

    /// <summary>The disk "{disk}" is no longer part of the VM; this recovery point lacks it.</summary>
    public static Fault DiskRemoved(string disk) => Fault.Of("HoldfastDiskRemoved").With("disk", disk);

    /// <summary>The disk "{disk}" changed its size from {oldBytes} to {newBytes}; it is read in full.</summary>
    public static Fault DiskSizeChanged(string disk, long oldBytes, long newBytes) =>
        Fault.Of("HoldfastDiskSizeChanged").With("disk", disk).With("oldBytes", oldBytes).With("newBytes", newBytes);

    /// <summary>The disk "{disk}" is another image than at the last backup; it is read in full.</summary>
    public static Fault DiskReplaced(string disk) => Fault.Of("HoldfastDiskReplaced").With("disk", disk);

    /// <summary>The disk "{disk}" was excluded; this recovery point lacks it.</summary>
    public static Fault DiskExcluded(string disk) => Fault.Of("HoldfastDiskExcluded").With("disk", disk);

    /// <summary>The disk "{disk}" isn't backed up: {reason}.</summary>
    public static Fault DiskSkipped(string disk, string reason) =>
        Fault.Of("HoldfastDiskSkipped").With("disk", disk).With("reason", reason);

    /// <summary>The point {point} that the changes of the disk "{disk}" count from isn't in the vault; the disk is read in full.</summary>
    public static Fault BasePointMissing(string disk, string point) =>
        Fault.Of("HoldfastBasePointMissing").With("disk", disk).With("point", point);

    /// <summary>Changes of the disk "{disk}" are only tracked for another vault; the disk is read in full.</summary>
    public static Fault BaseInOtherVault(string disk) => Fault.Of("HoldfastBaseInOtherVault").With("disk", disk);

    /// <summary>{chunks} chunks of the disk "{disk}" are damaged or missing in the vault; they are read again.</summary>
    public static Fault BaseChunksDamaged(string disk, long chunks) =>
        Fault.Of("HoldfastBaseChunksDamaged").With("disk", disk).With("chunks", chunks);

    /// <summary>Checkpoints that were left over on the VM "{vm}" were removed: {checkpoints} ({reason})</summary>
    public static Fault StaleCheckpointsCleaned(string vm, IEnumerable<string> checkpoints, string reason) =>
        Fault.Of("HoldfastStaleCheckpointsCleaned").With("vm", vm).With("checkpoints", checkpoints).With("reason", reason);

    /// <summary>{bitmaps} bitmaps without a checkpoint were removed from the disk "{disk}".</summary>
    public static Fault OrphanBitmapsCleaned(string disk, long bitmaps) =>
        Fault.Of("HoldfastOrphanBitmapsCleaned").With("disk", disk).With("bitmaps", bitmaps);

    /// <summary>The old checkpoint {checkpoint} of the VM "{vm}" couldn't be removed: {reason}</summary>
    public static Fault CheckpointNotRemoved(string vm, string checkpoint, string reason) =>
        Fault.Of("HoldfastCheckpointNotRemoved").With("vm", vm).With("checkpoint", checkpoint).With("reason", reason);

    /// <summary>All disks are read in full, as asked.</summary>
    public static Fault FullRequested() => Fault.Of("HoldfastFullRequested");

    /// <summary>This is the first backup of the VM "{vm}" into this vault; its disks are read in full.</summary>
    public static Fault FirstBackup(string vm) => Fault.Of("HoldfastFirstBackup").With("vm", vm);

    /// <summary>The VM "{vm}" was restored in place since its last backup; its disks are read in full.</summary>
    public static Fault FullAfterInPlaceRestore(string vm) => Fault.Of("HoldfastFullAfterInPlaceRestore").With("vm", vm);

    /// <summary>A backup job that an interrupted run had left on the VM "{vm}" was ended.</summary>
    public static Fault LeftoverJobAborted(string vm) => Fault.Of("HoldfastLeftoverJobAborted").With("vm", vm);

    /// <summary>The VM "{vm}" has checkpoints of another tool or vault, which are left alone: {checkpoints}</summary>
    public static Fault ForeignCheckpointsPresent(string vm, IEnumerable<string> checkpoints) =>
        Fault.Of("HoldfastForeignCheckpointsPresent").With("vm", vm).With("checkpoints", checkpoints);

    /// <summary>The VM "{vm}" had been paused during the backup and was resumed: {reason}</summary>
    public static Fault VmResumed(string vm, string reason) => Fault.Of("HoldfastVmResumed").With("vm", vm).With("reason", reason);

    /// <summary>A backup job couldn't be ended on the VM "{vm}": libvirt or its QEMU doesn't answer.</summary>
    public static Fault BackupJobLeftBehind(string vm) => Fault.Of("HoldfastBackupJobLeftBehind").With("vm", vm);

    /// <summary>The secret {secret} of the encrypted VM "{vm}" can't be read: {reason}</summary>
    public static Fault SecretUnreadable(string vm, string secret, string reason) =>
        Fault.Of("UserErrorKeyVaultPermissionsNotConfigured").With("vm", vm).With("secret", secret).With("reason", reason);

    /// <summary>The state of the TPM of the VM "{vm}" can't be read from {path}: {reason}</summary>
    public static Fault TpmStateUnreadable(string vm, string path, string reason) =>
        Fault.Of("HoldfastTpmStateUnreadable").With("vm", vm).With("path", path).With("reason", reason);

    /// <summary>The recovery point of the VM "{vm}" doesn't hold the state of a TPM that isn't the VM's own: {devices}</summary>
    public static Fault TpmNotInPoint(string vm, IEnumerable<string> devices) =>
        Fault.Of("HoldfastTpmNotInPoint").With("vm", vm).With("devices", devices);

    /// <summary>The TPM of the VM "{vm}" has no state so far, and there is none in the recovery point.</summary>
    public static Fault TpmWithoutState(string vm) => Fault.Of("HoldfastTpmWithoutState").With("vm", vm);
}
