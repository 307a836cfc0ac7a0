using Holdfast.Faults;
using Holdfast.Protection.Guest;

namespace Holdfast.Protection.Health.Remedies;

/// <summary>Which remedies there are for what an examination found. Pure.</summary>
public static class RemedyPlan
{
    // Names come from a guest: what isn't plainly a service's name is left to a person.
    private const int ServiceCharsMax = 64;

    /// <summary>The remedies, safe ones first; one fault of a subject has one.</summary>
    public static IReadOnlyList<Remedy> Of(HealthReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return
        [
            .. report.Results.Where(r => r is { Fault: not null, Outcome: HealthOutcome.Warning or HealthOutcome.Failed })
                .Select(r => For(r.Subject, r.Fault!)).DistinctBy(r => (r.Subject, r.Kind, r.WillDo, r.Kind is RemedyKind.FollowActions ? r.Fault : null))
                .OrderBy(r => r.Grade),
        ];
    }

    /// <summary>The remedy for one fault of a subject.</summary>
    public static Remedy For(HealthSubject subject, Fault fault)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(fault);
        string Value(string name) => fault.Parameters.GetValueOrDefault(name, "");
        return fault.Code.Value switch
        {
            "HoldfastAgentChannelMissing" when subject.Id is not null => Safe(
                RemedyKind.AttachChannel, $"Add the VM agent's channel to '{subject.Name}': to its definition, and at once where it runs."),
            "HoldfastLeftoverOfDeadRun" when subject.Id is not null => Safe(
                RemedyKind.CleanUpDeadRun, $"Thaw '{subject.Name}' if a dead run of this node left it frozen, end that run's job, and remove its scratch files."),
            "HoldfastChangeTrackingLost" when subject.Id is not null => Safe(
                RemedyKind.DropBrokenCheckpoints, $"Drop the checkpoints of this vault on '{subject.Name}' whose bitmaps are missing or broken; the next backup reads those disks whole."),
            "HoldfastAddressNotReserved" when subject.Id is not null => Safe(
                RemedyKind.ReserveAddress, $"Reserve {Value("address")} for {Value("mac")} on the libvirt network '{Value("network")}'."),
            "ExtensionFailedVssWriterInBadState" when IsService(Value("service")) => Disruptive($"Restart the service {Value("service")} in '{subject.Name}'."),
            "ExtensionInstallationFailedCOM" => Disruptive($"Restart the service COMSysApp in '{subject.Name}'."),
            "ExtensionInstallationFailedMDTC" => Disruptive($"Restart the service MSDTC in '{subject.Name}'."),
            "HoldfastWindowsAgentNotRestarted" => Disruptive($"Restart the VM agent's own service {WindowsAgentRestart.Service} in '{subject.Name}', and wait until it answers again."),
            _ => new Remedy(subject, RemedyKind.FollowActions, RemedyGrade.Manual, "", fault),
        };

        Remedy Safe(RemedyKind kind, string willDo) => new(subject, kind, RemedyGrade.Safe, willDo, fault);
        Remedy Disruptive(string willDo) => new(subject, RemedyKind.RestartService, RemedyGrade.Disruptive, willDo, fault);
    }

    /// <summary>The service that a remedy restarts.</summary>
    internal static string ServiceOf(Remedy remedy) => remedy.Fault.Code.Value switch
    {
        "ExtensionInstallationFailedCOM" => "COMSysApp",
        "ExtensionInstallationFailedMDTC" => "MSDTC",
        "HoldfastWindowsAgentNotRestarted" => WindowsAgentRestart.Service,
        _ => remedy.Fault.Parameters["service"],
    };

    private static bool IsService(string name) => name is { Length: > 0 and <= ServiceCharsMax } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
