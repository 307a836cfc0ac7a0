namespace Holdfast.ControlPlane.Vaults;

/// <summary>Which alerts a vault raises, as Azure's vault properties name them.</summary>
/// <param name="AlertsForAllJobFailures">Built-in alerts for failed jobs.</param>
/// <param name="AlertsForCriticalOperations">Classic alerts for critical operations.</param>
public sealed record VaultAlertSettings(bool AlertsForAllJobFailures = true, bool AlertsForCriticalOperations = true);
