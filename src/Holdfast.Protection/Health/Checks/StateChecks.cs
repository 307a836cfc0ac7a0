using System.Globalization;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Health.Probes;
using Holdfast.Protection.Inventory;

namespace Holdfast.Protection.Health.Checks;

/// <summary>The VM's state lets it be backed up: it runs, is off, or was paused by somebody.</summary>
internal sealed class StateCheck() : HealthCheck<VmSubject>(HealthArea.Vm, "state")
{
    public override Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        var words = VmStateText.Of(subject.State);
        HealthFinding finding = subject.State switch
        {
            { State: DomainState.Running or DomainState.Blocked or DomainState.ShutOff } or { PausedReason: DomainPausedReason.User } =>
                HealthFinding.Passed(words),
            { State: DomainState.Crashed } or { PausedReason: DomainPausedReason.IoError or DomainPausedReason.Crashed } =>
                HealthFinding.Failed(words, BackupFaults.VmInFailedState(subject.Name, words)),
            _ => HealthFinding.Failed(words, BackupFaults.VmStateUnsuitable(subject.Name, words)),
        };
        return Task.FromResult<IReadOnlyList<HealthFinding>>([finding]);
    }
}

/// <summary>The guest that libvirt calls running does run: a halted one leaves its processors still for good, and its agent silent.</summary>
internal sealed class HaltedCheck() : HealthCheck<VmSubject>(HealthArea.Vm, "guest-alive", HealthNeeds.RunningGuest)
{
    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        if (subject.Contact.Reach is AgentReach.Answering or AgentReach.Garbled)
            return [HealthFinding.Passed("the agent answers")];
        if (await subject.MeasureAsync(ct).ConfigureAwait(false) is not { } use)
            return [HealthFinding.Unknown("the processors' use can't be read")];
        return [use.IsStill
            ? HealthFinding.Of(
                string.Create(CultureInfo.InvariantCulture, $"no processor ran for {VmSubject.HaltWindow.TotalSeconds} s"), HealthFaults.GuestHalted(subject.Name, VmSubject.HaltWindow))
            : HealthFinding.Passed("its processors run")];
    }
}

/// <summary>The guest has processor time left: one at its limit answers late, and the freeze may time out.</summary>
internal sealed class ProcessorCheck() : HealthCheck<VmSubject>(HealthArea.Load, "processor", HealthNeeds.RunningGuest)
{
    // Other checks start programs in the guest meanwhile, which can fill a window or two of a small one: what counts is load that stays.
    private const int WindowsMax = 4;

    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        long percent = 0;
        for (var window = 0; window < WindowsMax && (window == 0 || percent > subject.Options.PressurePercent); window++)
        {
            if (await subject.Probe.MeasureVcpusAsync(subject.Options.LoadWindow, ct).ConfigureAwait(false) is not { } use)
                return [HealthFinding.Unknown("the processors' use can't be read")];
            percent = (long)Math.Round(Math.Clamp(use.RunShare, 0, 1) * 100);
        }

        var found = string.Create(CultureInfo.InvariantCulture, $"{percent} %");
        return [percent > subject.Options.PressurePercent
            ? HealthFinding.Of(found, HealthFaults.GuestPressure(subject.Name, "cpu", percent)) : HealthFinding.Passed(found)];
    }
}
