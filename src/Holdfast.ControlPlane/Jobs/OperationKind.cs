namespace Holdfast.ControlPlane.Jobs;

/// <summary>What ends an operation.</summary>
public enum OperationKind
{
    /// <summary>It is over when its job exists: backups and restores.</summary>
    StartsJob,
    /// <summary>It ends with its job: changes of protection.</summary>
    RunsJob,
    /// <summary>It cancels its job: succeeds if the job ends as cancelled, fails if it ends otherwise.</summary>
    CancelsJob,
    /// <summary>A validation: its findings are its result.</summary>
    Validates,
    /// <summary>It was over at once, and has no job: a refresh.</summary>
    Immediate,
    /// <summary>An export of jobs: which of them is its result.</summary>
    Exports,
}
