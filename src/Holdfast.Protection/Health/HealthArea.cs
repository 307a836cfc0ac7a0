namespace Holdfast.Protection.Health;

/// <summary>What a check is about.</summary>
public enum HealthArea
{
    /// <summary>The way to a hypervisor.</summary>
    Host,

    /// <summary>The way over the network to a host, a store or another endpoint.</summary>
    Network,

    /// <summary>The VM itself: that it exists, and its state.</summary>
    Vm,

    /// <summary>The VM agent.</summary>
    Agent,

    /// <summary>The guest's file systems.</summary>
    FileSystems,

    /// <summary>The guest's pre- and post-scripts.</summary>
    Scripts,

    /// <summary>Processor and memory of the guest.</summary>
    Load,

    /// <summary>The VM's disks and their images.</summary>
    Disks,

    /// <summary>Jobs, and what dead runs left.</summary>
    Jobs,

    /// <summary>Checkpoints and bitmaps.</summary>
    Checkpoints,

    /// <summary>Room and rights on this node.</summary>
    Node,

    /// <summary>The vault and its store.</summary>
    Vault,

    /// <summary>What a restore of the VM would need of its host.</summary>
    Restore,

    /// <summary>Policies and their times.</summary>
    Policy,

    /// <summary>How long jobs take.</summary>
    Duration,
}
