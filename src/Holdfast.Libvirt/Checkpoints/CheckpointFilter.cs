namespace Holdfast.Libvirt;

/// <summary>Which checkpoints to list (virDomainCheckpointListFlags).</summary>
[Flags]
public enum CheckpointFilter
{
    /// <summary>Every one.</summary>
    All = 0,

    /// <summary>Ones without a parent.</summary>
    Roots = 1 << 0,

    /// <summary>Parents come before their children.</summary>
    Topological = 1 << 1,

    /// <summary>Ones without children.</summary>
    Leaves = 1 << 2,

    /// <summary>Ones with children.</summary>
    NoLeaves = 1 << 3,
}
