using Holdfast.Libvirt;
using Holdfast.Protection.Health.Probes;
using Holdfast.Protection.Health.Windows;

namespace Holdfast.Protection.Health;

/// <summary>A VM under examination: what all of its checks start from.</summary>
/// <param name="Probe">Asks about it.</param>
/// <param name="State">Its state when the examination began.</param>
/// <param name="Contact">The first talk with its agent.</param>
/// <param name="Options">Bounds.</param>
internal sealed record VmSubject(IVmProbe Probe, DomainStateInfo State, AgentContact Contact, HealthOptions Options)
{
    // Longer than a Linux kernel with nothing to do leaves its processors alone.
    internal static readonly TimeSpan HaltWindow = TimeSpan.FromSeconds(4);
    private Task<VcpuUse?>? _use;
    private WindowsGuest? _windows;

    public string Name => Probe.Name;

    /// <summary>The processors' use over a while, measured once: whether a guest that doesn't answer is halted.</summary>
    public Task<VcpuUse?> MeasureAsync(CancellationToken ct)
    {
        lock (Probe)
            return _use ??= Probe.MeasureVcpusAsync(HaltWindow, ct);
    }

    /// <summary>Whether the guest says that it is Windows.</summary>
    public bool IsWindows => Contact.Os is { IsWindows: true };

    /// <summary>The guest by its own programs, each asked once.</summary>
    public WindowsGuest Windows
    {
        get
        {
            lock (Probe)
                return _windows ??= new WindowsGuest(Probe.Agent);
        }
    }

    public bool IsGuestRunning => State.State is DomainState.Running or DomainState.Blocked;

    /// <summary>Why a check with such needs can't run; null where it can.</summary>
    public string? Obstacle(HealthNeeds needs)
    {
        if (!needs.HasFlag(HealthNeeds.Agent))
            return null;
        if (Probe.IsBeingFrozen)
            return GatedAgentChannel.Busy;
        if (Contact.IsFrozen)
            return "the guest's file systems are frozen";
        return Contact.Reach is AgentReach.Answering ? null : "the VM agent doesn't answer";
    }

    /// <summary>Whether a check with such needs has anything to say of this VM.</summary>
    public bool Concerns(HealthNeeds needs)
    {
        if (needs.HasFlag(HealthNeeds.RunningGuest) && !IsGuestRunning)
            return false;
        if ((needs.HasFlag(HealthNeeds.Windows) && !IsWindows) || (needs.HasFlag(HealthNeeds.Unix) && IsWindows))
            return false;
        return !needs.HasFlag(HealthNeeds.Programs) || Options.AllowsPrograms(Probe.Uuid);
    }
}
