namespace Holdfast.Vault;

/// <summary>How far a store keeps a retention date.</summary>
public enum RetentionSupport
{
    /// <summary>The store has no such thing, or it isn't switched on for this bucket or container.</summary>
    Unsupported,

    /// <summary>The store accepts a date and deletes all the same: nothing may be built upon it.</summary>
    NotEnforced,

    /// <summary>
    /// A retained object could not be deleted, but whoever has a right of its own can end that early (<see cref="ObjectRetention.IsFinal"/>), or the store doesn't say
    /// that nobody can.
    /// </summary>
    Revocable,

    /// <summary>A retained object could not be deleted, and nobody can end that early.</summary>
    Enforced,
}
