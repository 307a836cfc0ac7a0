namespace Holdfast.ControlPlane.Jobs;

/// <summary>How a job is, in Azure's words.</summary>
public enum JobStatus
{
    /// <summary>It waits (see <see cref="JobPhase"/>) or runs.</summary>
    InProgress,
    /// <summary>It runs, and was asked to stop.</summary>
    Cancelling,
    /// <summary>Done.</summary>
    Completed,
    /// <summary>Done, with something to look at.</summary>
    CompletedWithWarnings,
    /// <summary>Not done.</summary>
    Failed,
    /// <summary>Stopped; everything is as before.</summary>
    Cancelled,
}
