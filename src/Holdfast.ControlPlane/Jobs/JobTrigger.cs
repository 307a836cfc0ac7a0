namespace Holdfast.ControlPlane.Jobs;

/// <summary>What a job was started by.</summary>
public enum JobTrigger
{
    /// <summary>A request.</summary>
    OnDemand,
    /// <summary>The schedule.</summary>
    Scheduled,
    /// <summary>The schedule, late: no node ran when it was due.</summary>
    ScheduledLate,
}
