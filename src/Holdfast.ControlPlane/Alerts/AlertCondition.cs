using Holdfast.Faults;

namespace Holdfast.ControlPlane.Alerts;

/// <summary>Something that deserves an alert now.</summary>
/// <param name="Key">The same for the same cause, however often it is seen.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="VaultId">The vault, or null.</param>
/// <param name="Fault">What is wrong.</param>
/// <param name="IsEvent">Whether it happened once, rather than lasting.</param>
public sealed record AlertCondition(string Key, AlertKind Kind, Guid? VaultId, Fault Fault, bool IsEvent = false);
