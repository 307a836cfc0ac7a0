namespace Holdfast.Faults;

/// <summary>
/// Faults and notices of a restore run.
/// One factory per entry of <c>Catalogue/restore.json</c>.
/// </summary>
public static class RestoreFaults
{
    /// <summary>There is a VM "{name}" already.</summary>
    public static Fault VmNameTaken(string name) => Fault.Of("UserErrorVmAlreadyExistWithSameName").With("name", name);

    /// <summary>The file {path} exists already; it wasn't overwritten.</summary>
    public static Fault DiskFileExists(string path) => Fault.Of("HoldfastDiskFileExists").With("path", path);

    /// <summary>The network address {mac} belongs to the VM "{vm}" already.</summary>
    public static Fault MacAddressTaken(string mac, string vm) => Fault.Of("HoldfastMacAddressTaken").With("mac", mac).With("vm", vm);

    /// <summary>There is no network "{network}" on this host.</summary>
    public static Fault NetworkNotFound(string network, IEnumerable<string> available) =>
        Fault.Of("HoldfastNetworkNotFound").With("network", network).With("available", available);

    /// <summary>The network "{network}" isn't active.</summary>
    public static Fault NetworkInactive(string network) => Fault.Of("HoldfastNetworkInactive").With("network", network);

    /// <summary>There is no storage pool "{pool}" on this host.</summary>
    public static Fault PoolNotFound(string pool, IEnumerable<string> available) =>
        Fault.Of("HoldfastPoolNotFound").With("pool", pool).With("available", available);

    /// <summary>The storage pool "{pool}" isn't active.</summary>
    public static Fault PoolInactive(string pool) => Fault.Of("HoldfastPoolInactive").With("pool", pool);

    /// <summary>Disks can't be restored into the storage pool "{pool}": it is of the type {type}.</summary>
    public static Fault PoolTypeUnsupported(string pool, string type) =>
        Fault.Of("HoldfastPoolTypeUnsupported").With("pool", pool).With("type", type);

    /// <summary>{path} has {freeBytes} free, but the restore needs {neededBytes}.</summary>
    public static Fault TargetSpaceShort(string path, long neededBytes, long freeBytes) =>
        Fault.Of("HoldfastTargetSpaceShort").With("path", path).With("neededBytes", neededBytes).With("freeBytes", freeBytes);

    /// <summary>The VM "{vm}" runs; it must be shut off to be restored in place.</summary>
    public static Fault VmMustBeOff(string vm) => Fault.Of("HoldfastVmMustBeOff").With("vm", vm);

    /// <summary>The VM "{vm}" changed while it was being restored in place; its disks were left as they were: {reason}</summary>
    public static Fault VmStateChanged(string vm, string reason) =>
        Fault.Of("HoldfastVmStateChanged").With("vm", vm).With("reason", reason);

    /// <summary>The VM "{vm}" has a TPM whose state isn't in the recovery point.</summary>
    public static Fault TpmStateNotRestorable(string vm) => Fault.Of("HoldfastTpmStateNotRestorable").With("vm", vm);

    /// <summary>The log file {path} of the restored VM is in use by another VM.</summary>
    public static Fault LogFileTaken(string path) => Fault.Of("HoldfastLogFileTaken").With("path", path);

    /// <summary>Restored files can't be written to {path}: {reason}</summary>
    public static Fault TargetNotWritable(string path, string reason) =>
        Fault.Of("HoldfastTargetNotWritable").With("path", path).With("reason", reason);

    /// <summary>libvirt didn't accept the definition of the restored VM "{vm}": {reason}</summary>
    public static Fault VmDefineFailed(string vm, string reason) =>
        Fault.Of("HoldfastVmDefineFailed").With("vm", vm).With("reason", reason);

    /// <summary>The VM "{vm}" was restored, but didn't start: {reason}</summary>
    public static Fault VmStartFailed(string vm, string reason) => Fault.Of("HoldfastVmStartFailed").With("vm", vm).With("reason", reason);

    /// <summary>The folder {path} doesn't exist.</summary>
    public static Fault TargetFolderNotFound(string path) => Fault.Of("HoldfastTargetFolderNotFound").With("path", path);

    /// <summary>Writing the restored disk {path} failed: {reason}</summary>
    public static Fault TargetWriteFailed(string path, string reason) =>
        Fault.Of("HoldfastTargetWriteFailed").With("path", path).With("reason", reason);

    /// <summary>The UUID {uuid} belongs to the VM "{vm}" already.</summary>
    public static Fault VmUuidTaken(string uuid, string vm) => Fault.Of("HoldfastVmUuidTaken").With("uuid", uuid).With("vm", vm);

    /// <summary>The VM "{vm}" no longer has the disks of the recovery point: {disks}</summary>
    public static Fault InPlaceDisksDiffer(string vm, IEnumerable<string> disks) =>
        Fault.Of("HoldfastInPlaceDisksDiffer").With("vm", vm).With("disks", disks);

    /// <summary>An interrupted restore in place of the VM "{vm}" couldn't be put right: {reason}</summary>
    public static Fault InPlaceRecoveryFailed(string vm, string path, string reason) =>
        Fault.Of("HoldfastInPlaceRecoveryFailed").With("vm", vm).With("path", path).With("reason", reason);

    /// <summary>The VM "{vm}" didn't shut down within {limitSeconds}; nothing was changed.</summary>
    public static Fault VmShutdownTimedOut(string vm, TimeSpan limit) =>
        Fault.Of("HoldfastVmShutdownTimedOut").With("vm", vm).With("limitSeconds", limit);

    /// <summary>The VM "{vm}" has snapshots; it can't be restored in place.</summary>
    public static Fault VmHasSnapshots(string vm) => Fault.Of("HoldfastVmHasSnapshots").With("vm", vm);

    /// <summary>The recovery point {point} holds no VM configuration.</summary>
    public static Fault PointHasNoConfiguration(string point) => Fault.Of("HoldfastPointHasNoConfiguration").With("point", point);

    /// <summary>An interrupted restore in place of the VM "{vm}" was undone: its disks are as before the restore.</summary>
    public static Fault InPlaceRolledBack(string vm) => Fault.Of("HoldfastInPlaceRolledBack").With("vm", vm);

    /// <summary>An interrupted restore in place of the VM "{vm}" was completed: all its disks are those of the recovery point.</summary>
    public static Fault InPlaceCompleted(string vm) => Fault.Of("HoldfastInPlaceCompleted").With("vm", vm);

    /// <summary>The VM "{vm}" was restored without the state of its TPM.</summary>
    public static Fault TpmStateNotKept(string vm) => Fault.Of("HoldfastTpmStateNotKept").With("vm", vm);

    /// <summary>The VM "{vm}" was restored without some devices: {devices}</summary>
    public static Fault DevicesLeftOut(string vm, IEnumerable<string> devices) =>
        Fault.Of("HoldfastDevicesLeftOut").With("vm", vm).With("devices", devices);

    /// <summary>The recovery point {point} holds no disk {disk}; it holds {disks}.</summary>
    public static Fault PointHasNoDisk(string point, string disk, IEnumerable<string> disks) =>
        Fault.Of("HoldfastPointHasNoDisk").With("point", point).With("disk", disk).With("disks", disks);

    /// <summary>The VM "{vm}" has a managed save image; it can't be restored in place.</summary>
    public static Fault ManagedSavePresent(string vm) => Fault.Of("HoldfastManagedSavePresent").With("vm", vm);

    /// <summary>The VM "{vm}" was restored with devices of the host that the original names too: {devices}</summary>
    public static Fault DevicesShared(string vm, IEnumerable<string> devices) =>
        Fault.Of("HoldfastDevicesShared").With("vm", vm).With("devices", devices);

    /// <summary>Ports of the VM "{vm}" were connected to a pseudo-terminal instead of what the original uses: {devices}</summary>
    public static Fault DevicesReplaced(string vm, IEnumerable<string> devices) =>
        Fault.Of("HoldfastDevicesReplaced").With("vm", vm).With("devices", devices);

    /// <summary>Drives of the VM "{vm}" were restored empty: {disks}</summary>
    public static Fault MediaEjected(string vm, IEnumerable<string> disks) =>
        Fault.Of("HoldfastMediaEjected").With("vm", vm).With("disks", disks);

    /// <summary>The image {path} takes up its whole size.</summary>
    public static Fault SparseUnsupported(string path) => Fault.Of("HoldfastSparseUnsupported").With("path", path);

    /// <summary>The VM "{vm}" was restored without its UEFI variables.</summary>
    public static Fault NvramNotInPoint(string vm) => Fault.Of("HoldfastNvramNotInPoint").With("vm", vm);

    /// <summary>What an interrupted restore of the VM "{vm}" had made was removed.</summary>
    public static Fault InterruptedRestoreCleaned(string vm) => Fault.Of("HoldfastInterruptedRestoreCleaned").With("vm", vm);
}
