using Holdfast.Faults;

namespace Holdfast.Protection.Health;

/// <summary>One thing that a check found.</summary>
/// <param name="Outcome">What it means.</param>
/// <param name="Found">What was seen, in a few words or figures; may come from a guest, and is never more than a line.</param>
/// <param name="Fault">The fault, where one stands for it.</param>
internal sealed record HealthFinding(HealthOutcome Outcome, string Found, Fault? Fault = null)
{
    public static HealthFinding Passed(string found) => new(HealthOutcome.Passed, found);

    public static HealthFinding Unknown(string why) => new(HealthOutcome.Unknown, why);

    public static HealthFinding Warning(string found, Fault fault) => new(HealthOutcome.Warning, found, fault);

    public static HealthFinding Failed(string found, Fault fault) => new(HealthOutcome.Failed, found, fault);

    /// <summary>As bad as the catalogue says that the fault is; a mere information is still worth a warning here.</summary>
    public static HealthFinding Of(string found, Fault fault) => new(
        FaultCatalogue.Shared.Find(fault.Code) is { Severity: FaultSeverity.Error } ? HealthOutcome.Failed : HealthOutcome.Warning, found, fault);
}
