namespace Holdfast.Faults;

/// <summary>Faults and notices of a restore run. One factory per entry of <c>Catalogue/restore.json</c>.</summary>
public static class RestoreFaults
{
    /// <summary>Vm name taken.</summary>
    public static Fault VmNameTaken(string name) => Fault.Of("UserErrorVmAlreadyExistWithSameName").With("name", name);

    /// <summary>Disk file exists.</summary>
    public static Fault DiskFileExists(string path) => Fault.Of("HoldfastDiskFileExists").With("path", path);

    /// <summary>Mac address taken.</summary>
    public static Fault MacAddressTaken(string mac, string vm) => Fault.Of("HoldfastMacAddressTaken").With("mac", mac).With("vm", vm);

    /// <summary>Network not found.</summary>
    public static Fault NetworkNotFound(string network, IEnumerable<string> available) =>
        Fault.Of("HoldfastNetworkNotFound").With("network", network).With("available", available);

    /// <summary>Network inactive.</summary>
    public static Fault NetworkInactive(string network) => Fault.Of("HoldfastNetworkInactive").With("network", network);

    /// <summary>Pool not found.</summary>
    public static Fault PoolNotFound(string pool, IEnumerable<string> available) =>
        Fault.Of("HoldfastPoolNotFound").With("pool", pool).With("available", available);

    /// <summary>Pool inactive.</summary>
    public static Fault PoolInactive(string pool) => Fault.Of("HoldfastPoolInactive").With("pool", pool);

    /// <summary>Pool type unsupported.</summary>
    public static Fault PoolTypeUnsupported(string pool, string type) =>
        Fault.Of("HoldfastPoolTypeUnsupported").With("pool", pool).With("type", type);

    /// <summary>Target space short.</summary>
    public static Fault TargetSpaceShort(string path, long neededBytes, long freeBytes) =>
        Fault.Of("HoldfastTargetSpaceShort").With("path", path).With("neededBytes", neededBytes).With("freeBytes", freeBytes);

    /// <summary>Vm must be off.</summary>
    public static Fault VmMustBeOff(string vm) => Fault.Of("HoldfastVmMustBeOff").With("vm", vm);

    /// <summary>Vm state changed.</summary>
    public static Fault VmStateChanged(string vm, string reason) =>
        Fault.Of("HoldfastVmStateChanged").With("vm", vm).With("reason", reason);

    /// <summary>Tpm state not restorable.</summary>
    public static Fault TpmStateNotRestorable(string vm) => Fault.Of("HoldfastTpmStateNotRestorable").With("vm", vm);

    /// <summary>Log file taken.</summary>
    public static Fault LogFileTaken(string path) => Fault.Of("HoldfastLogFileTaken").With("path", path);

    /// <summary>Target not writable.</summary>
    public static Fault TargetNotWritable(string path, string reason) =>
        Fault.Of("HoldfastTargetNotWritable").With("path", path).With("reason", reason);

    /// <summary>Vm define failed.</summary>
    public static Fault VmDefineFailed(string vm, string reason) =>
        Fault.Of("HoldfastVmDefineFailed").With("vm", vm).With("reason", reason);

    /// <summary>Vm start failed.</summary>
    public static Fault VmStartFailed(string vm, string reason) => Fault.Of("HoldfastVmStartFailed").With("vm", vm).With("reason", reason);

    /// <summary>Target folder not found.</summary>
    public static Fault TargetFolderNotFound(string path) => Fault.Of("HoldfastTargetFolderNotFound").With("path", path);

    /// <summary>Target write failed.</summary>
    public static Fault TargetWriteFailed(string path, string reason) =>
        Fault.Of("HoldfastTargetWriteFailed").With("path", path).With("reason", reason);

    /// <summary>Vm uuid taken.</summary>
    public static Fault VmUuidTaken(string uuid, string vm) => Fault.Of("HoldfastVmUuidTaken").With("uuid", uuid).With("vm", vm);

    /// <summary>In place disks differ.</summary>
    public static Fault InPlaceDisksDiffer(string vm, IEnumerable<string> disks) =>
        Fault.Of("HoldfastInPlaceDisksDiffer").With("vm", vm).With("disks", disks);

    /// <summary>In place recovery failed.</summary>
    public static Fault InPlaceRecoveryFailed(string vm, string path, string reason) =>
        Fault.Of("HoldfastInPlaceRecoveryFailed").With("vm", vm).With("path", path).With("reason", reason);

    /// <summary>Vm shutdown timed out.</summary>
    public static Fault VmShutdownTimedOut(string vm, TimeSpan limit) =>
        Fault.Of("HoldfastVmShutdownTimedOut").With("vm", vm).With("limitSeconds", limit);

    /// <summary>Vm has snapshots.</summary>
    public static Fault VmHasSnapshots(string vm) => Fault.Of("HoldfastVmHasSnapshots").With("vm", vm);

    /// <summary>Point has no configuration.</summary>
    public static Fault PointHasNoConfiguration(string point) => Fault.Of("HoldfastPointHasNoConfiguration").With("point", point);

    /// <summary>In place rolled back.</summary>
    public static Fault InPlaceRolledBack(string vm) => Fault.Of("HoldfastInPlaceRolledBack").With("vm", vm);

    /// <summary>In place completed.</summary>
    public static Fault InPlaceCompleted(string vm) => Fault.Of("HoldfastInPlaceCompleted").With("vm", vm);

    /// <summary>Tpm state not kept.</summary>
    public static Fault TpmStateNotKept(string vm) => Fault.Of("HoldfastTpmStateNotKept").With("vm", vm);

    /// <summary>Devices left out.</summary>
    public static Fault DevicesLeftOut(string vm, IEnumerable<string> devices) =>
        Fault.Of("HoldfastDevicesLeftOut").With("vm", vm).With("devices", devices);
}
