namespace Holdfast.ControlPlane.Schedule;

/// <summary>What became of a backup that was due.</summary>
public enum DueOutcome
{
    /// <summary>A job waits in the queue.</summary>
    Queued,

    /// <summary>A job for this due time was there already: a node died after it had queued it.</summary>
    AlreadyQueued,

    /// <summary>Another operation works on the item; to be tried again.</summary>
    Busy,

    /// <summary>The item isn't scheduled any more.</summary>
    NotScheduled,
}
