using Holdfast.Faults;
using Holdfast.Protection.Health.Probes;
using Holdfast.Protection.Points;

namespace Holdfast.Protection.Health;

/// <summary>The one VM that was asked for: as named, and as the vault knows it.</summary>
/// <param name="Text">The name or UUID that was given.</param>
/// <param name="Uuid">The UUID, where one was given.</param>
/// <param name="Known">VMs of that name or UUID of which the vault has points.</param>
internal sealed record SoughtVm(string Text, Guid? Uuid, IReadOnlyList<VmIdentity> Known)
{
    private const string Check = "exists";

    public static SoughtVm Of(string text, IReadOnlyList<RecoveryPoint>? points)
    {
        Guid? uuid = Guid.TryParse(text, out var parsed) ? parsed : null;
        var known = (points ?? []).Where(p => p.Details.Kind is SourceKind.VirtualMachine).GroupBy(p => p.Stored.SourceId.Value)
            .Select(g => new VmIdentity(g.Key, g.MaxBy(p => p.CreatedUtc)!.Details.Name)).Where(v => v.Name == text || v.Uuid == uuid);
        return new SoughtVm(text, uuid, [.. known]);
    }

    /// <summary>Also a VM under the name of the one with the UUID that was given, and one that was renamed since its last backup.</summary>
    public bool Fits(VmIdentity vm) => vm.Name == Text || vm.Uuid == Uuid || Known.Any(k => k.Uuid == vm.Uuid || k.Name == vm.Name);

    /// <summary>Whether it exists: told apart from a host that can't be reached, and from another VM under its name.</summary>
    /// <exception cref="FaultException">Neither a host nor the vault has ever heard of it.</exception>
    public HealthResult Judge(IReadOnlyList<VmIdentity> found, bool allReached, string hosts)
    {
        var subject = new HealthSubject("vm", Text, Uuid ?? (found.Count == 1 ? found[0].Uuid : null));
        // What was backed up under this name, and is nowhere now, though another VM has its name.
        var replaced = Known.Where(k => found.All(f => f.Uuid != k.Uuid)).ToList();
        if (replaced is [var former, ..] && found.FirstOrDefault(f => f.Name == former.Name) is { Name: not null } other
            && Known.All(k => k.Uuid != other.Uuid) && allReached)
            return Of(HealthOutcome.Failed, $"{former.Uuid} is gone, {other.Uuid} has its name", ServiceFaults.RebindProposed(former.Name, other.Uuid.ToString()));
        if (found.Count > 0)
            return Of(HealthOutcome.Passed, string.Join(' ', found.Select(f => f.Uuid)), null);
        if (!allReached)
            return Of(HealthOutcome.Unknown, "its host can't be reached", null);
        return Known.Count > 0 ? Of(HealthOutcome.Failed, "gone", BackupFaults.VmNotFound(Text, hosts))
            : throw new FaultException(BackupFaults.VmNotFound(Text, hosts));

        HealthResult Of(HealthOutcome outcome, string seen, Fault? fault) => new(subject, HealthArea.Vm, Check, outcome, seen, fault);
    }
}
