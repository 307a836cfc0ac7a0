namespace Holdfast.Protection.Freeze;

/// <summary>What one try to thaw came to.</summary>
public enum ThawAttempt
{
    /// <summary>Not known to be thawed: try again.</summary>
    NotYet,

    /// <summary>The agent says that nothing is frozen.</summary>
    Thawed,

    /// <summary>The domain isn't running or doesn't exist: there is nothing to thaw.</summary>
    Gone,
}
