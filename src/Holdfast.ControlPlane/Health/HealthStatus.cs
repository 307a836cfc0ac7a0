namespace Holdfast.ControlPlane.Health;

/// <summary>Azure's word for how a protected item is.</summary>
public enum HealthStatus
{
    /// <summary>Nothing is known to stand in the way of backups.</summary>
    Passed,

    /// <summary>Backups work, but with less than they could give, or something couldn't be looked at.</summary>
    ActionSuggested,

    /// <summary>A backup failed, or the next one would.</summary>
    ActionRequired,
}
