namespace Holdfast.Protection.Backup;

/// <summary>A stage of a run, as Azure Backup names a job's tasks.</summary>
public enum RunStage
{
    /// <summary>Checks, clean-up after earlier crashes, plan.</summary>
    Prepare,
    /// <summary>Take Snapshot: scripts, freeze, begin, thaw.</summary>
    TakeSnapshot,
    /// <summary>Transfer data to vault.</summary>
    Transfer,
    /// <summary>Commit, and move the checkpoint. Can't be cancelled any more.</summary>
    Seal,
    /// <summary>Data is read back and checked.</summary>
    Verify,
    /// <summary>Data goes from the vault to new images.</summary>
    Restore,
    /// <summary>The domain is defined or images are put in place.</summary>
    Finish,
}

/// <summary>How far a run is. Reported often; the receiver decides how much of it to show.</summary>
/// <param name="Stage">The stage that runs.</param>
/// <param name="Disk">The disk concerned, or null.</param>
/// <param name="DoneBytes">Bytes handled in this stage.</param>
/// <param name="TotalBytes">Bytes that this stage will handle as far as known; 0 while unknown. May grow while extents are still streaming in.</param>
/// <param name="StoredBytes">Bytes added to the vault so far.</param>
/// <param name="Times">Where the time went so far; told now and then.</param>
public sealed record RunProgress(RunStage Stage, string? Disk, long DoneBytes, long TotalBytes, long StoredBytes, PhaseTimes? Times = null);
