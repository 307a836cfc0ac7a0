namespace Holdfast.Protection.Health;

/// <summary>What a check says, in the order of concern.</summary>
public enum HealthOutcome
{
    /// <summary>All is well.</summary>
    Passed,

    /// <summary>The check couldn't run, so nothing is known. Never the same as passed.</summary>
    Unknown,

    /// <summary>Backups work, but with less than they could give, or not for long.</summary>
    Warning,

    /// <summary>A backup or restore would fail.</summary>
    Failed,
}
