namespace Holdfast.Faults;

/// <summary>
/// What checks find before it hurts: in the guest, in policies, in the room that is left, in durations.
/// One factory per entry of <c>Catalogue/health.json</c>.
/// </summary>
public static class HealthFaults
{
    /// <summary>The guest of "{vm}" is short of {resource}: {percent} % are in use.</summary>
    public static Fault GuestPressure(string vm, string resource, long percent) =>
        Fault.Of("HoldfastGuestPressure").With("vm", vm).With("resource", resource).With("percent", percent);

    /// <summary>The VM "{vm}" is reported as running, but its guest seems to be halted: no agent and an idle processor for {observedSeconds}.</summary>
    public static Fault GuestHalted(string vm, TimeSpan observed) => Fault.Of("HoldfastGuestHalted").With("vm", vm).With("observedSeconds", observed);

    /// <summary>The check {check} of {subject} couldn't run: {reason}</summary>
    public static Fault CheckNotRun(string check, string subject, string reason) =>
        Fault.Of("HoldfastCheckNotRun").With("check", check).With("subject", subject).With("reason", reason);

    /// <summary>The VM agent that runs in "{vm}", {path}, belongs to no package.</summary>
    public static Fault AgentNotPackaged(string vm, string path) => Fault.Of("HoldfastAgentNotPackaged").With("vm", vm).With("path", path);

    /// <summary>The VM agent of "{vm}" can be updated from {installed} to {candidate}.</summary>
    public static Fault AgentUpdateAvailable(string vm, string installed, string candidate) =>
        Fault.Of("HoldfastAgentUpdateAvailable").With("vm", vm).With("installed", installed).With("candidate", candidate);

    /// <summary>The VM agent of "{vm}" can't be updated now: {holder}</summary>
    public static Fault AgentUpdateRefused(string vm, string holder) => Fault.Of("HoldfastAgentUpdateRefused").With("vm", vm).With("holder", holder);

    /// <summary>The VM agent of "{vm}" couldn't be updated: {reason}</summary>
    public static Fault AgentUpdateFailed(string vm, string reason) => Fault.Of("HoldfastAgentUpdateFailed").With("vm", vm).With("reason", reason);

    /// <summary>The VM agent of "{vm}" didn't come back within {limitSeconds} of being restarted.</summary>
    public static Fault AgentDidNotReturn(string vm, TimeSpan limit) =>
        Fault.Of("HoldfastAgentDidNotReturn").With("vm", vm).With("limitSeconds", limit);

    /// <summary>In "{vm}" the device {device} is mounted more than once: {mounts}</summary>
    public static Fault DuplicateMounts(string vm, string device, IEnumerable<string> mounts) =>
        Fault.Of("HoldfastDuplicateMounts").With("vm", vm).With("device", device).With("mounts", mounts);

    /// <summary>A file system of "{vm}" isn't clean: {mount} on {device} is "{state}".</summary>
    public static Fault FileSystemUnclean(string vm, string mount, string device, string state) =>
        Fault.Of("HoldfastFileSystemUnclean").With("vm", vm).With("mount", mount).With("device", device).With("state", state);

    /// <summary>The program {tool} is missing in the guest of "{vm}".</summary>
    public static Fault GuestToolMissing(string vm, string tool, string package) =>
        Fault.Of("HoldfastGuestToolMissing").With("vm", vm).With("tool", tool).With("package", package);

    /// <summary>The guest of "{vm}" sets the address {address} of {device} itself instead of by DHCP.</summary>
    public static Fault StaticAddressInGuest(string vm, string device, string address) =>
        Fault.Of("HoldfastStaticAddressInGuest").With("vm", vm).With("device", device).With("address", address);

    /// <summary>The VM "{vm}" has the address {address} by DHCP, but the network "{network}" doesn't reserve it.</summary>
    public static Fault AddressNotReserved(string vm, string mac, string address, string network) =>
        Fault.Of("HoldfastAddressNotReserved").With("vm", vm).With("mac", mac).With("address", address).With("network", network);

    /// <summary>With the policy "{policy}" the backup of "{vm}" would start about {delaySeconds} late.</summary>
    public static Fault PolicyStartsLate(string policy, string vm, TimeSpan delay, string proposed) =>
        Fault.Of("HoldfastPolicyStartsLate").With("policy", policy).With("vm", vm).With("delaySeconds", delay).With("proposed", proposed);

    /// <summary>A backup of "{vm}" takes about {durationSeconds}, but the policy "{policy}" starts the next one after {intervalSeconds}.</summary>
    public static Fault PolicyOverlaps(string policy, string vm, TimeSpan duration, TimeSpan interval) =>
        Fault.Of("HoldfastPolicyOverlaps").With("policy", policy).With("vm", vm).With("durationSeconds", duration).With("intervalSeconds", interval);

    /// <summary>The policy "{policy}" starts on the hour, at {time}.</summary>
    public static Fault PolicyRoundHour(string policy, string time, string proposed) =>
        Fault.Of("HoldfastPolicyRoundHour").With("policy", policy).With("time", time).With("proposed", proposed);

    /// <summary>{count} VMs of the host "{host}" start their backups within an hour of {time}; {limit} run at once.</summary>
    public static Fault TooManyStartTogether(string host, long count, long limit, string time) =>
        Fault.Of("HoldfastTooManyStartTogether").With("host", host).With("count", count).With("limit", limit).With("time", time);

    /// <summary>The backup of "{vm}" has taken {elapsedSeconds}, more than {limitSeconds}; most of it went into {bottleneck}.</summary>
    public static Fault BackupSlow(string vm, TimeSpan elapsed, TimeSpan limit, string bottleneck, IEnumerable<string> factors) =>
        Fault.Of("HoldfastBackupSlow").With("vm", vm).With("elapsedSeconds", elapsed).With("limitSeconds", limit).With("bottleneck", bottleneck).With("factors", factors);

    /// <summary>The restore of "{vm}" has taken {elapsedSeconds}, more than {limitSeconds}; most of it went into {bottleneck}.</summary>
    public static Fault RestoreSlow(string vm, TimeSpan elapsed, TimeSpan limit, string bottleneck, IEnumerable<string> factors) =>
        Fault.Of("HoldfastRestoreSlow").With("vm", vm).With("elapsedSeconds", elapsed).With("limitSeconds", limit).With("bottleneck", bottleneck).With("factors", factors);

    /// <summary>Copying the data of "{vm}" was given up: only {doneBytes} in {elapsedSeconds}.</summary>
    public static Fault TransferTimedOut(string vm, long doneBytes, TimeSpan elapsed) =>
        Fault.Of("CopyingVHDsFromBackUpVaultTakingLongTime").With("vm", vm).With("doneBytes", doneBytes).With("elapsedSeconds", elapsed);

    /// <summary>The store of the vault at {path} has {freeBytes} free; the next backup is expected to need {neededBytes}.</summary>
    public static Fault VaultSpaceShort(string path, long freeBytes, long neededBytes) =>
        Fault.Of("HoldfastVaultSpaceShort").With("path", path).With("freeBytes", freeBytes).With("neededBytes", neededBytes);

    /// <summary>The vault {vault} holds {heldBytes} of the {limitBytes} that this node allows it.</summary>
    public static Fault VaultQuotaNear(string vault, long heldBytes, long limitBytes) =>
        Fault.Of("HoldfastVaultQuotaNear").With("vault", vault).With("heldBytes", heldBytes).With("limitBytes", limitBytes);

    /// <summary>An interrupted run left something behind on the VM "{vm}": {what}</summary>
    public static Fault LeftoverOfDeadRun(string vm, string what) => Fault.Of("HoldfastLeftoverOfDeadRun").With("vm", vm).With("what", what);
}
