namespace Holdfast.Faults;

/// <summary>
/// Faults of the VM agent, of freezing, of scripts in the guest, and the consistency that was reached.
/// One factory per entry of <c>Catalogue/agent.json</c>.
/// </summary>
public static class AgentFaults
{
    /// <summary>The VM "{vm}" has no channel to a VM agent.</summary>
    public static Fault AgentChannelMissing(string vm) => Fault.Of("HoldfastAgentChannelMissing").With("vm", vm);

    /// <summary>The VM agent of "{vm}" isn't connected.</summary>
    public static Fault AgentNotConnected(string vm) => Fault.Of("UserErrorGuestAgentStatusUnavailable").With("vm", vm);

    /// <summary>The VM agent of "{vm}" didn't answer within {timeoutSeconds}.</summary>
    public static Fault AgentNotResponding(string vm, TimeSpan timeout) =>
        Fault.Of("GuestAgentSnapshotTaskStatusError").With("vm", vm).With("timeoutSeconds", timeout);

    /// <summary>The VM agent of "{vm}" is version {version}; {minimum} or newer is needed.</summary>
    public static Fault AgentTooOld(string vm, string version, string minimum) =>
        Fault.Of("UserErrorGuestAgentVersionUnsupported").With("vm", vm).With("version", version).With("minimum", minimum);

    /// <summary>The VM agent of "{vm}" doesn't allow commands that are needed: {commands}</summary>
    public static Fault AgentCommandDisabled(string vm, IEnumerable<string> commands) =>
        Fault.Of("HoldfastAgentCommandDisabled").With("vm", vm).With("commands", commands);

    /// <summary>A file system of "{vm}" couldn't be frozen: {mount} ({reason})</summary>
    public static Fault FreezeRefused(string vm, string mount, string reason) =>
        Fault.Of("UserErrorFsFreezeFailed").With("vm", vm).With("mount", mount).With("reason", reason);

    /// <summary>Freezing the file systems of "{vm}" took longer than {limitSeconds}; they were thawed.</summary>
    public static Fault FreezeTimedOut(string vm, TimeSpan limit) =>
        Fault.Of("UserErrorFsFreezeTimeout").With("vm", vm).With("limitSeconds", limit);

    /// <summary>The file systems of "{vm}" were thawed before the backup's instant was taken.</summary>
    public static Fault FreezeDidNotHold(string vm) => Fault.Of("HoldfastFreezeDidNotHold").With("vm", vm);

    /// <summary>File systems of "{vm}" were frozen already, not by Holdfast; they were left as they are.</summary>
    public static Fault AlreadyFrozen(string vm) => Fault.Of("HoldfastAlreadyFrozen").With("vm", vm);

    /// <summary>File systems of "{vm}" that an interrupted run had left frozen were thawed.</summary>
    public static Fault LeftoverFreezeThawed(string vm) => Fault.Of("HoldfastLeftoverFreezeThawed").With("vm", vm);

    /// <summary>The file systems of "{vm}" could not be thawed: {reason}</summary>
    public static Fault ThawFailed(string vm, string reason) => Fault.Of("HoldfastThawFailed").With("vm", vm).With("reason", reason);

    /// <summary>The VM agent of "{vm}" couldn't open the mount point {mount}.</summary>
    public static Fault UnableToOpenMount(string vm, string mount) =>
        Fault.Of("UserErrorUnableToOpenMount").With("vm", vm).With("mount", mount);

    /// <summary>The VM agent of "{vm}" reported an error for {command}: {reason}</summary>
    public static Fault AgentCommandFailed(string vm, string command, string reason) =>
        Fault.Of("HoldfastAgentCommandFailed").With("vm", vm).With("command", command).With("reason", reason);

    /// <summary>The freeze guard of "{vm}" couldn't be started: {reason}</summary>
    public static Fault FreezeGuardNotReady(string vm, string reason) =>
        Fault.Of("HoldfastFreezeGuardNotReady").With("vm", vm).With("reason", reason);

    /// <summary>The VM agent of "{vm}" found no file system to freeze.</summary>
    public static Fault NothingFrozen(string vm) => Fault.Of("HoldfastNothingFrozen").With("vm", vm);

    /// <summary>The VM "{vm}" is shut off; its disks are read as they lie.</summary>
    public static Fault VmIsOff(string vm) => Fault.Of("HoldfastVmIsOff").With("vm", vm);

    /// <summary>The script configuration {path} in "{vm}" can't be used: {reason}</summary>
    public static Fault ScriptConfigUnusable(string vm, string path, string reason) =>
        Fault.Of("ExtensionConfigParsingFailure").With("vm", vm).With("path", path).With("reason", reason);

    /// <summary>The script {path} in "{vm}" was not run: {reason}</summary>
    public static Fault ScriptRefused(string vm, string path, string reason) =>
        Fault.Of("HoldfastScriptRefused").With("vm", vm).With("path", path).With("reason", reason);

    /// <summary>The pre-script {path} in "{vm}" failed with exit code {exitCode}.</summary>
    public static Fault PreScriptFailed(string vm, string path, long exitCode, string output) =>
        Fault.Of("HoldfastPreScriptFailed").With("vm", vm).With("path", path).With("exitCode", exitCode).With("output", output);

    /// <summary>The post-script {path} in "{vm}" failed with exit code {exitCode}.</summary>
    public static Fault PostScriptFailed(string vm, string path, long exitCode, string output) =>
        Fault.Of("HoldfastPostScriptFailed").With("vm", vm).With("path", path).With("exitCode", exitCode).With("output", output);

    /// <summary>The script {path} in "{vm}" didn't end within {limitSeconds}.</summary>
    public static Fault ScriptTimedOut(string vm, string path, TimeSpan limit) =>
        Fault.Of("HoldfastScriptTimedOut").With("vm", vm).With("path", path).With("limitSeconds", limit);

    /// <summary>The recovery point of "{vm}" is {reached}; {asked} was asked for.</summary>
    public static Fault ConsistencyDegraded(string vm, string asked, string reached, string reason) =>
        Fault.Of("HoldfastConsistencyDegraded").With("vm", vm).With("asked", asked).With("reached", reached).With("reason", reason);

    /// <summary>"{vm}" was not backed up: {asked} was demanded, only {reached} is possible now.</summary>
    public static Fault ConsistencyNotReached(string vm, string asked, string reached, string reason) =>
        Fault.Of("HoldfastConsistencyNotReached").With("vm", vm).With("asked", asked).With("reached", reached).With("reason", reason);
}
