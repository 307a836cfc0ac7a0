namespace Holdfast.Vault;

/// <summary>What is known of a session's writer from here, at once.</summary>
public enum WriterState
{
    /// <summary>It runs on another host (or in another pid namespace): only its heartbeats tell.</summary>
    Unknown,

    /// <summary>Its process is there.</summary>
    Alive,

    /// <summary>Its process ended: same kernel boot, same pid namespace, no such process.</summary>
    Dead,
}
