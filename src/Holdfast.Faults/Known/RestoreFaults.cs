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

    /// <summary>The state of the TPM of the VM "{vm}" can't be put back: {reason}</summary>
    public static Fault TpmStateNotRestorable(string vm, string reason) =>
        Fault.Of("HoldfastTpmStateNotRestorable").With("vm", vm).With("reason", reason);

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

    /// <summary>The restore in place of the VM "{vm}" was undone, but the VM, which had been shut down for it, couldn't be started again: {reason}</summary>
    public static Fault VmNotStartedAgain(string vm, string reason) => Fault.Of("HoldfastVmNotStartedAgain").With("vm", vm).With("reason", reason);

    /// <summary>The folder {path} doesn't exist.</summary>
    public static Fault TargetFolderNotFound(string path) => Fault.Of("HoldfastTargetFolderNotFound").With("path", path);

    /// <summary>Writing the restored disk {path} failed: {reason}</summary>
    public static Fault TargetWriteFailed(string path, string reason) =>
        Fault.Of("HoldfastTargetWriteFailed").With("path", path).With("reason", reason);

    /// <summary>The VM "{vm}" no longer has the disks of the recovery point: {disks}</summary>
    public static Fault InPlaceDisksDiffer(string vm, IEnumerable<string> disks) =>
        Fault.Of("HoldfastInPlaceDisksDiffer").With("vm", vm).With("disks", disks);

    /// <summary>An interrupted restore in place of the VM "{vm}" couldn't be put right: {reason}</summary>
    public static Fault InPlaceRecoveryFailed(string vm, string path, string reason) =>
        Fault.Of("HoldfastInPlaceRecoveryFailed").With("vm", vm).With("path", path).With("reason", reason);

    /// <summary>The VM "{vm}" didn't shut down within {limitSeconds}; its disks weren't changed.</summary>
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

    /// <summary>The VM "{vm}" was restored without some devices: {devices}</summary>
    public static Fault DevicesLeftOut(string vm, IEnumerable<string> devices) =>
        Fault.Of("HoldfastDevicesLeftOut").With("vm", vm).With("devices", devices);

    /// <summary>Disks of the VM "{vm}" stayed as they are, since the recovery point {point} doesn't hold them: {disks}</summary>
    public static Fault DisksKept(string vm, string point, IEnumerable<string> disks) =>
        Fault.Of("HoldfastDisksKept").With("vm", vm).With("point", point).With("disks", disks);

    /// <summary>The VM "{vm}" was restored without some of the original's disks: {disks}</summary>
    public static Fault DisksNotRestored(string vm, IEnumerable<string> disks) =>
        Fault.Of("HoldfastDisksNotRestored").With("vm", vm).With("disks", disks);

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

    /// <summary>Restoring "{vm}" into the network "{network}" needs a look at the network first: {features}.</summary>
    public static Fault SpecialNetworkSetup(string vm, string network, IEnumerable<string> features) =>
        Fault.Of("HoldfastSpecialNetworkSetup").With("vm", vm).With("network", network).With("features", features);

    /// <summary>The network "{network}" reserves the address {address} for another network interface ({mac}).</summary>
    public static Fault ReservedAddressConflict(string network, string address, string mac) =>
        Fault.Of("HoldfastReservedAddressConflict").With("network", network).With("address", address).With("mac", mac);

    /// <summary>The network "{network}" has no free address left in its DHCP range {range}.</summary>
    public static Fault AddressRangeExhausted(string network, string range) =>
        Fault.Of("HoldfastAddressRangeExhausted").With("network", network).With("range", range);

    /// <summary>The definition of the restored VM "{vm}" has no free PCI slot for its devices.</summary>
    public static Fault PciSlotsExhausted(string vm) => Fault.Of("HoldfastPciSlotsExhausted").With("vm", vm);

    /// <summary>Disks can't be restored into the storage pool "{pool}": {path} is read-only.</summary>
    public static Fault PoolReadOnly(string pool, string path) => Fault.Of("HoldfastPoolReadOnly").With("pool", pool).With("path", path);

    /// <summary>The storage pool "{pool}" is active, but its storage doesn't answer: {reason}</summary>
    public static Fault PoolUnusable(string pool, string reason) => Fault.Of("HoldfastPoolUnusable").With("pool", pool).With("reason", reason);

    /// <summary>The network "{network}" has no subnet "{subnet}".</summary>
    public static Fault SubnetNotFound(string subnet, string network, IEnumerable<string> available) =>
        Fault.Of("HoldfastSubnetNotFound").With("subnet", subnet).With("network", network).With("available", available);

    /// <summary>Holdfast isn't allowed to define the VM "{vm}": {reason}</summary>
    public static Fault DefineDenied(string vm, string reason) => Fault.Of("HoldfastDefineDenied").With("vm", vm).With("reason", reason);

    /// <summary>The quota of {quota} in {scope} is reached: {limit}.</summary>
    public static Fault QuotaReached(string quota, string scope, long limit) =>
        Fault.Of("HoldfastQuotaReached").With("quota", quota).With("scope", scope).With("limit", limit);

    /// <summary>Disks of the VM "{vm}" that were encrypted would be restored to images that aren't: {disks}</summary>
    public static Fault DecryptionNotAsked(string vm, IEnumerable<string> disks) =>
        Fault.Of("HoldfastDecryptionNotAsked").With("vm", vm).With("disks", disks);

    /// <summary>Encrypted disks of the point {point} were written in the clear, as asked: {disks}</summary>
    public static Fault WrittenDecrypted(string point, IEnumerable<string> disks) =>
        Fault.Of("HoldfastWrittenDecrypted").With("point", point).With("disks", disks);

    /// <summary>Disks of the point {point} were encrypted, and were written as LUKS images with the passphrases that they had: {disks}</summary>
    public static Fault WrittenEncrypted(string point, IEnumerable<string> disks) =>
        Fault.Of("HoldfastWrittenEncrypted").With("point", point).With("disks", disks);

    /// <summary>The secret {uuid} of the restored VM has another value on this host; the VM's own was defined as {place}.</summary>
    public static Fault SecretUuidTaken(string uuid, string place) =>
        Fault.Of("HoldfastSecretUuidTaken").With("uuid", uuid).With("place", place);

    /// <summary>The VM "{vm}" was restored without a state of its TPM.</summary>
    public static Fault TpmStateNotInPoint(string vm) => Fault.Of("HoldfastTpmStateNotInPoint").With("vm", vm);

    /// <summary>The state of the TPM of the VM "{vm}" was not written beside its disks.</summary>
    public static Fault TpmStateNotWritten(string vm) => Fault.Of("HoldfastTpmStateNotWritten").With("vm", vm);
}
