using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Protection.Freeze;

namespace Holdfast.Protection.Backup;

/// <summary>The faults that stand for a freeze that didn't come about.</summary>
internal static class FreezeFaults
{
    /// <summary>The fault for an agent that can't be talked with.</summary>
    public static Fault Of(GuestAgentException e, string vm) =>
        FaultMapping.ToFault(e, FaultSubject.OfVm(vm)) ?? AgentFaults.AgentCommandFailed(vm, "", e.Message);

    /// <summary>The fault for a guest that wasn't frozen.</summary>
    public static Fault Of(NotFrozen result, string vm, TimeSpan limit) => result.Reason switch
    {
        NotFrozenReason.AgentNotConfigured => AgentFaults.AgentChannelMissing(vm),
        NotFrozenReason.AgentNotConnected => AgentFaults.AgentNotConnected(vm),
        NotFrozenReason.AgentUnresponsive => AgentFaults.AgentNotResponding(vm, limit),
        NotFrozenReason.FreezeNotSupported or NotFrozenReason.FreezeDisabled => AgentFaults.AgentCommandDisabled(vm, ["guest-fsfreeze-freeze"]),
        NotFrozenReason.FrozenBySomeoneElse => AgentFaults.AlreadyFrozen(vm),
        NotFrozenReason.AnotherFreezeUnderway => BackupFaults.OperationInProgress(vm, result.Detail),
        NotFrozenReason.GuardNotArmed or NotFrozenReason.IntentNotWritten => AgentFaults.FreezeGuardNotReady(vm, result.Detail),
        NotFrozenReason.EarlierThawPending => AgentFaults.ThawFailed(vm, result.Detail),
        NotFrozenReason.RefusedByGuest when result.Refusal is { MountPoint: null } windows && WindowsFreezeFaults.Of(vm, windows.Reason) is { } fault => fault,
        NotFrozenReason.RefusedByGuest when result.Refusal is { } refusal => AgentFaults.FreezeRefused(vm, refusal.MountPoint ?? "?", refusal.Reason),
        NotFrozenReason.RefusedByGuest or NotFrozenReason.FrozenInPart => AgentFaults.FreezeRefused(vm, "?", result.Detail),
        NotFrozenReason.ReplyLost => AgentFaults.FreezeTimedOut(vm, limit),
        NotFrozenReason.NothingToFreeze => AgentFaults.NothingFrozen(vm),
        _ => AgentFaults.AgentCommandFailed(vm, "guest-fsfreeze-freeze", result.Detail),
    };
}
