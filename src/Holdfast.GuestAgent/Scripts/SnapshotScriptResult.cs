namespace Holdfast.GuestAgent.Scripts;

/// <summary>What came of a pre- or post-script. Texts are safe to show.</summary>
/// <param name="Status">What came of it.</param>
/// <param name="Detail">More about it, for people.</param>
public sealed record SnapshotScriptResult(SnapshotScriptStatus Status, string Detail)
{
    /// <summary>Why it was refused.</summary>
    public SnapshotScriptRefusal Refusal { get; init; }

    /// <summary>The exit code of the last try, if it ended by itself.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Whether the last try ran into its time-out.</summary>
    public bool TimedOut { get; init; }

    /// <summary>The end of what it wrote.</summary>
    public string OutputTail { get; init; } = "";

    /// <summary>Whether the backup may go on, with a lower consistency, although it failed or was refused: the guest's own choice.</summary>
    public bool ContinueBackup { get; init; } = true;
}
