namespace Holdfast.Faults;

/// <summary>
/// Faults of the hypervisor's host: libvirt, scratch folder, tools.
/// One factory per entry of <c>Catalogue/host.json</c>.
/// </summary>
public static class HostFaults
{
    /// <summary>The libvirt address "{uri}" names another host; only a libvirt on this host can be used.</summary>
    public static Fault RemoteUriUnsupported(string uri) => Fault.Of("HoldfastRemoteUriUnsupported").With("uri", uri);

    /// <summary>Can't connect to libvirt at "{uri}": {reason}</summary>
    public static Fault HypervisorUnreachable(string uri, string reason) =>
        Fault.Of("HoldfastHypervisorUnreachable").With("uri", uri).With("reason", reason);

    /// <summary>libvirt at "{uri}" refused access: {reason}</summary>
    public static Fault HypervisorPermissionDenied(string uri, string reason) =>
        Fault.Of("HoldfastHypervisorPermissionDenied").With("uri", uri).With("reason", reason);

    /// <summary>The connection to libvirt was lost during the operation: {reason}</summary>
    public static Fault HypervisorConnectionLost(string reason) => Fault.Of("HoldfastHypervisorConnectionLost").With("reason", reason);

    /// <summary>libvirt {version} is too old; {minimum} or newer is needed.</summary>
    public static Fault HypervisorTooOld(string version, string minimum) =>
        Fault.Of("HoldfastHypervisorTooOld").With("version", version).With("minimum", minimum);

    /// <summary>libvirt failed to {operation}: {reason}</summary>
    public static Fault HypervisorOperationFailed(string operation, string reason) =>
        Fault.Of("HoldfastHypervisorOperationFailed").With("operation", operation).With("reason", reason);

    /// <summary>QEMU can't write to the scratch folder {path}: {reason}</summary>
    public static Fault ScratchNotWritableByQemu(string path, string reason) =>
        Fault.Of("HoldfastScratchNotWritableByQemu").With("path", path).With("reason", reason);

    /// <summary>The scratch folder {path} has {freeBytes} free, but {neededBytes} are needed.</summary>
    public static Fault ScratchSpaceShort(string path, long freeBytes, long neededBytes) =>
        Fault.Of("HoldfastScratchSpaceShort").With("path", path).With("freeBytes", freeBytes).With("neededBytes", neededBytes);

    /// <summary>The state folder {path} can't be used: {reason}</summary>
    public static Fault StateFolderNotUsable(string path, string reason) =>
        Fault.Of("HoldfastStateFolderNotUsable").With("path", path).With("reason", reason);

    /// <summary>The cache folder {path} can't be used: {reason}</summary>
    public static Fault CacheFolderNotUsable(string path, string reason) =>
        Fault.Of("HoldfastCacheFolderNotUsable").With("path", path).With("reason", reason);

    /// <summary>The program "{tool}" wasn't found on this host.</summary>
    public static Fault ToolMissing(string tool, string package) =>
        Fault.Of("HoldfastToolMissing").With("tool", tool).With("package", package);
}
