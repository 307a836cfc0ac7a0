namespace Holdfast.Faults;

/// <summary>Faults of the hypervisor's host: libvirt, scratch folder, tools. One factory per entry of <c>Catalogue/host.json</c>.</summary>
public static class HostFaults
{
    /// <summary>Remote uri unsupported.</summary>
    public static Fault RemoteUriUnsupported(string uri) => Fault.Of("HoldfastRemoteUriUnsupported").With("uri", uri);

    /// <summary>Hypervisor unreachable.</summary>
    public static Fault HypervisorUnreachable(string uri, string reason) =>
        Fault.Of("HoldfastHypervisorUnreachable").With("uri", uri).With("reason", reason);

    /// <summary>Hypervisor permission denied.</summary>
    public static Fault HypervisorPermissionDenied(string uri, string reason) =>
        Fault.Of("HoldfastHypervisorPermissionDenied").With("uri", uri).With("reason", reason);

    /// <summary>Hypervisor connection lost.</summary>
    public static Fault HypervisorConnectionLost(string reason) => Fault.Of("HoldfastHypervisorConnectionLost").With("reason", reason);

    /// <summary>Hypervisor too old.</summary>
    public static Fault HypervisorTooOld(string version, string minimum) =>
        Fault.Of("HoldfastHypervisorTooOld").With("version", version).With("minimum", minimum);

    /// <summary>Hypervisor operation failed.</summary>
    public static Fault HypervisorOperationFailed(string operation, string reason) =>
        Fault.Of("HoldfastHypervisorOperationFailed").With("operation", operation).With("reason", reason);

    /// <summary>Scratch not writable by qemu.</summary>
    public static Fault ScratchNotWritableByQemu(string path, string reason) =>
        Fault.Of("HoldfastScratchNotWritableByQemu").With("path", path).With("reason", reason);

    /// <summary>Scratch space short.</summary>
    public static Fault ScratchSpaceShort(string path, long freeBytes, long neededBytes) =>
        Fault.Of("HoldfastScratchSpaceShort").With("path", path).With("freeBytes", freeBytes).With("neededBytes", neededBytes);

    /// <summary>State folder not usable.</summary>
    public static Fault StateFolderNotUsable(string path, string reason) =>
        Fault.Of("HoldfastStateFolderNotUsable").With("path", path).With("reason", reason);

    /// <summary>Tool missing.</summary>
    public static Fault ToolMissing(string tool, string package) =>
        Fault.Of("HoldfastToolMissing").With("tool", tool).With("package", package);
}
