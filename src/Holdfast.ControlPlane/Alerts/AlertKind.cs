namespace Holdfast.ControlPlane.Alerts;

/// <summary>What an alert is about.</summary>
public enum AlertKind
{
    /// <summary>An item's latest backup failed. Ends with the next good one.</summary>
    BackupFailed,

    /// <summary>Another job failed. Told once.</summary>
    JobFailed,

    /// <summary>An item has had no good recovery point for longer than its policy allows. Ends with the next point.</summary>
    PointOverdue,

    /// <summary>A vault's store is running full. Ends when there is room again.</summary>
    StoreNearlyFull,

    /// <summary>Keys, locks, roles or soft delete were changed, or somebody tried to. Told once.</summary>
    SecurityChange,

    /// <summary>Log-ins failed again and again. Told once.</summary>
    LogInFailures,
}
