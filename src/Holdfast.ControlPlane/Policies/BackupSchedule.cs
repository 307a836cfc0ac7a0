namespace Holdfast.ControlPlane.Policies;

/// <summary>When a policy takes recovery points, on the clocks of its time zone.</summary>
public abstract record BackupSchedule;
