using Holdfast.Faults;

namespace Holdfast.Protection.Health;

/// <summary>What one check said of one subject. Language-neutral: the texts come from the fault's code and parameters.</summary>
/// <param name="Subject">What was looked at.</param>
/// <param name="Area">What the check is about.</param>
/// <param name="Check">The check's name: stable, in lower case and dashes.</param>
/// <param name="Outcome">What it says.</param>
/// <param name="Found">What was seen.</param>
/// <param name="Fault">The fault, for what isn't well.</param>
public sealed record HealthResult(HealthSubject Subject, HealthArea Area, string Check, HealthOutcome Outcome, string Found, Fault? Fault);
