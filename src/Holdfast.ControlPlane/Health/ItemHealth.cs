using Holdfast.ControlPlane.Items;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Health;

/// <summary>How a protected item is: its last backup, what its last pre-check found, and what took too long. Pure.</summary>
/// <param name="Status">In one word.</param>
/// <param name="Faults">What isn't well; codes and parameters (INV-3).</param>
public sealed record ItemHealth(HealthStatus Status, IReadOnlyList<Fault> Faults)
{
    private static readonly FaultCode NotRun = HealthFaults.CheckNotRun("", "", "").Code;

    /// <summary>Of an item, at an instant.</summary>
    /// <param name="item">The item.</param>
    /// <param name="nowUtc">The instant.</param>
    /// <param name="staleAfter">From what age on a pre-check says nothing about the present.</param>
    public static ItemHealth Of(ProtectedItemRow item, DateTimeOffset nowUtc, TimeSpan staleAfter)
    {
        ArgumentNullException.ThrowIfNull(item);
        var known = item.Health.Concat(item.Slow).Concat(item.PreCheck).Prepend(item.LastBackupFault).OfType<Fault>().Distinct().ToList();
        var status = StatusOf(item, known);
        if (item is { IsScheduled: true, IsSoftDeleted: false, PreCheckUtc: { } seen } && nowUtc - seen is var age && age > staleAfter)
        {
            // What was true then is still told, but as what it is: old.
            known.Add(NetworkFaults.StatusStale(item.VmName, age, status.ToString()));
            status = StatusOf(item, known);
        }

        return new ItemHealth(status, known);
    }

    private static HealthStatus StatusOf(ProtectedItemRow item, IReadOnlyList<Fault> faults)
    {
        if (item.LastBackupFault is not null || faults.Any(f => FaultCatalogue.Shared.SeverityOf(f) >= FaultSeverity.Error))
            return HealthStatus.ActionRequired;
        return faults.Any(f => f.Code == NotRun || FaultCatalogue.Shared.SeverityOf(f) >= FaultSeverity.Warning) ? HealthStatus.ActionSuggested : HealthStatus.Passed;
    }
}
