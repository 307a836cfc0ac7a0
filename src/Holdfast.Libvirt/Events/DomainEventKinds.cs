namespace Holdfast.Libvirt;

/// <summary>Kinds of events to subscribe to.</summary>
[Flags]
public enum DomainEventKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Started, stopped, paused, defined...</summary>
    Lifecycle = 1 << 0,

    /// <summary>A disk's I/O error, with its reason.</summary>
    IoError = 1 << 1,

    /// <summary>The guest agent connected or went away.</summary>
    AgentLifecycle = 1 << 2,

    /// <summary>A job of the domain ended.</summary>
    JobCompleted = 1 << 3,

    /// <summary>A threshold set on a block device was passed.</summary>
    BlockThreshold = 1 << 4,

    /// <summary>A block job changed state, named by disk target.</summary>
    BlockJob = 1 << 5,

    /// <summary>All of them.</summary>
    All = (1 << 6) - 1,
}
