namespace Holdfast.ControlPlane.Jobs;

/// <summary>Where a job is on its way through the queue.</summary>
public enum JobPhase
{
    /// <summary>It waits for its item, its host or its time.</summary>
    Queued,
    /// <summary>A node works on it.</summary>
    Running,
    /// <summary>It is over.</summary>
    Ended,
}
