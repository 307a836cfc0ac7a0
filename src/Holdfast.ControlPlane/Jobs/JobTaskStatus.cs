namespace Holdfast.ControlPlane.Jobs;

/// <summary>How a task is, in Azure's words.</summary>
public enum JobTaskStatus
{
    /// <summary>Not begun.</summary>
    NotStarted,
    /// <summary>Running.</summary>
    InProgress,
    /// <summary>Done.</summary>
    Completed,
    /// <summary>Failed.</summary>
    Failed,
    /// <summary>Stopped.</summary>
    Cancelled,
}
