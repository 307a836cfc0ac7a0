namespace Holdfast.ControlPlane.Access;

/// <summary>What became of something that was asked for.</summary>
public enum AuditOutcome
{
    /// <summary>Done, or accepted as a job that has a record of its own.</summary>
    Succeeded,

    /// <summary>Not allowed.</summary>
    Refused,

    /// <summary>Allowed, but it failed.</summary>
    Failed,
}
