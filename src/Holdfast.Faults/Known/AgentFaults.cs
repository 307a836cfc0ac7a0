namespace Holdfast.Faults;

/// <summary>Faults of the VM agent, of freezing, of scripts in the guest, and the consistency that was reached. One factory per entry of <c>Catalogue/agent.json</c>.</summary>
public static class AgentFaults
{
    /// <summary>Agent channel missing.</summary>
    public static Fault AgentChannelMissing(string vm) => Fault.Of("HoldfastAgentChannelMissing").With("vm", vm);

    /// <summary>Agent not connected.</summary>
    public static Fault AgentNotConnected(string vm) => Fault.Of("UserErrorGuestAgentStatusUnavailable").With("vm", vm);

    /// <summary>Agent not responding.</summary>
    public static Fault AgentNotResponding(string vm, TimeSpan timeout) =>
        Fault.Of("GuestAgentSnapshotTaskStatusError").With("vm", vm).With("timeoutSeconds", timeout);

    /// <summary>Agent too old.</summary>
    public static Fault AgentTooOld(string vm, string version, string minimum) =>
        Fault.Of("UserErrorGuestAgentVersionUnsupported").With("vm", vm).With("version", version).With("minimum", minimum);

    /// <summary>Agent command disabled.</summary>
    public static Fault AgentCommandDisabled(string vm, IEnumerable<string> commands) =>
        Fault.Of("HoldfastAgentCommandDisabled").With("vm", vm).With("commands", commands);

    /// <summary>Freeze refused.</summary>
    public static Fault FreezeRefused(string vm, string mount, string reason) =>
        Fault.Of("UserErrorFsFreezeFailed").With("vm", vm).With("mount", mount).With("reason", reason);

    /// <summary>Freeze timed out.</summary>
    public static Fault FreezeTimedOut(string vm, TimeSpan limit) =>
        Fault.Of("UserErrorFsFreezeTimeout").With("vm", vm).With("limitSeconds", limit);

    /// <summary>Freeze did not hold.</summary>
    public static Fault FreezeDidNotHold(string vm) => Fault.Of("HoldfastFreezeDidNotHold").With("vm", vm);

    /// <summary>Already frozen.</summary>
    public static Fault AlreadyFrozen(string vm) => Fault.Of("HoldfastAlreadyFrozen").With("vm", vm);

    /// <summary>Leftover freeze thawed.</summary>
    public static Fault LeftoverFreezeThawed(string vm) => Fault.Of("HoldfastLeftoverFreezeThawed").With("vm", vm);

    /// <summary>Thaw failed.</summary>
    public static Fault ThawFailed(string vm, string reason) => Fault.Of("HoldfastThawFailed").With("vm", vm).With("reason", reason);

    /// <summary>Unable to open mount.</summary>
    public static Fault UnableToOpenMount(string vm, string mount) =>
        Fault.Of("UserErrorUnableToOpenMount").With("vm", vm).With("mount", mount);

    /// <summary>Agent command failed.</summary>
    public static Fault AgentCommandFailed(string vm, string command, string reason) =>
        Fault.Of("HoldfastAgentCommandFailed").With("vm", vm).With("command", command).With("reason", reason);

    /// <summary>Freeze guard not ready.</summary>
    public static Fault FreezeGuardNotReady(string vm, string reason) =>
        Fault.Of("HoldfastFreezeGuardNotReady").With("vm", vm).With("reason", reason);

    /// <summary>Nothing frozen.</summary>
    public static Fault NothingFrozen(string vm) => Fault.Of("HoldfastNothingFrozen").With("vm", vm);

    /// <summary>Vm is off.</summary>
    public static Fault VmIsOff(string vm) => Fault.Of("HoldfastVmIsOff").With("vm", vm);

    /// <summary>Script config unusable.</summary>
    public static Fault ScriptConfigUnusable(string vm, string path, string reason) =>
        Fault.Of("ExtensionConfigParsingFailure").With("vm", vm).With("path", path).With("reason", reason);

    /// <summary>Script refused.</summary>
    public static Fault ScriptRefused(string vm, string path, string reason) =>
        Fault.Of("HoldfastScriptRefused").With("vm", vm).With("path", path).With("reason", reason);

    /// <summary>Pre script failed.</summary>
    public static Fault PreScriptFailed(string vm, string path, long exitCode, string output) =>
        Fault.Of("HoldfastPreScriptFailed").With("vm", vm).With("path", path).With("exitCode", exitCode).With("output", output);

    /// <summary>Post script failed.</summary>
    public static Fault PostScriptFailed(string vm, string path, long exitCode, string output) =>
        Fault.Of("HoldfastPostScriptFailed").With("vm", vm).With("path", path).With("exitCode", exitCode).With("output", output);

    /// <summary>Script timed out.</summary>
    public static Fault ScriptTimedOut(string vm, string path, TimeSpan limit) =>
        Fault.Of("HoldfastScriptTimedOut").With("vm", vm).With("path", path).With("limitSeconds", limit);

    /// <summary>Consistency degraded.</summary>
    public static Fault ConsistencyDegraded(string vm, string asked, string reached, string reason) =>
        Fault.Of("HoldfastConsistencyDegraded").With("vm", vm).With("asked", asked).With("reached", reached).With("reason", reason);

    /// <summary>Consistency not reached.</summary>
    public static Fault ConsistencyNotReached(string vm, string asked, string reached, string reason) =>
        Fault.Of("HoldfastConsistencyNotReached").With("vm", vm).With("asked", asked).With("reached", reached).With("reason", reason);
}
