namespace Holdfast.Protection.Restore;

/// <summary>The ends that a restore can have whose process died.</summary>
public enum RestoreEnd
{
    /// <summary>There was no journal: it had made nothing yet, or was over.</summary>
    NothingLeft,
    /// <summary>What it had made was removed, and everything is as before.</summary>
    Undone,
    /// <summary>All of it is there.</summary>
    Complete,
    /// <summary>It couldn't be told, or not be dealt with.</summary>
    Unknown,
}
