namespace Holdfast.GuestAgent.Scripts;

/// <summary>What came of a pre- or post-script.</summary>
public enum SnapshotScriptStatus
{
    /// <summary>The guest has none.</summary>
    NotConfigured,

    /// <summary>There is one, and it wasn't run; see <see cref="SnapshotScriptResult.Refusal"/>.</summary>
    Refused,

    /// <summary>It ended with exit code 0.</summary>
    Succeeded,

    /// <summary>It ended otherwise, ran into its time-out, or couldn't be followed to its end.</summary>
    Failed,
}
