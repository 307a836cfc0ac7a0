namespace Holdfast.Faults;

/// <summary>
/// Conditions inside Windows guests, found by probes through the VM agent.
/// One factory per entry of <c>Catalogue/windows.json</c>.
/// </summary>
public static class WindowsFaults
{
    /// <summary>The VSS writer "{writer}" of "{vm}" isn't stable (state {state}).</summary>
    public static Fault VssWriterInBadState(string vm, string writer, string state, string service) =>
        Fault.Of("ExtensionFailedVssWriterInBadState").With("vm", vm).With("writer", writer).With("state", state).With("service", service);

    /// <summary>The volume {volume} of "{vm}" is locked by BitLocker.</summary>
    public static Fault BitlockerLocked(string vm, string volume) =>
        Fault.Of("ExtensionSnapshotBitlockerError").With("vm", vm).With("volume", volume);

    /// <summary>Windows reported a COM+ error when "{vm}" was to be frozen: {reason}</summary>
    public static Fault ComPlusFailed(string vm, string reason) => Fault.Of("ExtensionSnapshotFailedCOM").With("vm", vm).With("reason", reason);

    /// <summary>The service COM+ System Application of "{vm}" doesn't run (state {state}).</summary>
    public static Fault ComPlusNotRunning(string vm, string state) => Fault.Of("ExtensionInstallationFailedCOM").With("vm", vm).With("state", state);

    /// <summary>The Distributed Transaction Coordinator (MSDTC) of "{vm}" is faulty: state {state}, account {account}.</summary>
    public static Fault MsdtcFaulty(string vm, string state, string account) =>
        Fault.Of("ExtensionInstallationFailedMDTC").With("vm", vm).With("state", state).With("account", account);

    /// <summary>The folder MachineKeys of "{vm}" doesn't have its usual permissions: {found}</summary>
    public static Fault MachineKeysPermissions(string vm, string found) =>
        Fault.Of("HoldfastMachineKeysPermissions").With("vm", vm).With("found", found);

    /// <summary>.NET programs in "{vm}" may be unable to open a secure channel: SchUseStrongCrypto isn't set in {keys}</summary>
    public static Fault StrongCryptoOff(string vm, IEnumerable<string> keys) =>
        Fault.Of("ExtensionSnapshotFailedNoSecureNetwork").With("vm", vm).With("keys", keys);

    /// <summary>The Visual C++ runtime that the agent of "{vm}" needs is missing.</summary>
    public static Fault VcRuntimeMissing(string vm) => Fault.Of("ExtensionVCRedistInstallationFailure").With("vm", vm);

    /// <summary>Windows Installer is disabled in "{vm}" (start type {start}).</summary>
    public static Fault WindowsInstallerDisabled(string vm, string start) =>
        Fault.Of("HoldfastWindowsInstallerDisabled").With("vm", vm).With("start", start);

    /// <summary>VSS backups of "{vm}" count as full backups of its SQL Server databases ({found}).</summary>
    public static Fault SqlFullBackup(string vm, string found) => Fault.Of("HoldfastSqlFullBackup").With("vm", vm).With("found", found);

    /// <summary>The agent's file {path} in "{vm}" has the product version {version}; {minimum} or newer is needed.</summary>
    public static Fault WindowsAgentFileVersion(string vm, string path, string version, string minimum) =>
        Fault.Of("HoldfastWindowsAgentFileVersion").With("vm", vm).With("path", path).With("version", version).With("minimum", minimum);

    /// <summary>The VM agent that runs in "{vm}" is {running}; its file is {installed} already.</summary>
    public static Fault WindowsAgentNotRestarted(string vm, string running, string installed) =>
        Fault.Of("HoldfastWindowsAgentNotRestarted").With("vm", vm).With("running", running).With("installed", installed);

    /// <summary>The agent's service QEMU-GA in "{vm}" isn't as it should be: {found}</summary>
    public static Fault WindowsAgentService(string vm, string found) => Fault.Of("HoldfastWindowsAgentService").With("vm", vm).With("found", found);

    /// <summary>The agent's VSS provider isn't registered in "{vm}".</summary>
    public static Fault VssProviderMissing(string vm) => Fault.Of("HoldfastVssProviderMissing").With("vm", vm);
}
