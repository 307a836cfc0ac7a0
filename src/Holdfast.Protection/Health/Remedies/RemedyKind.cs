namespace Holdfast.Protection.Health.Remedies;

/// <summary>What can be done about a fault.</summary>
public enum RemedyKind
{
    /// <summary>Add the agent's channel to the VM.</summary>
    AttachChannel,

    /// <summary>End the job and the freeze of a dead run, and remove its scratch files, as its record proves them ours.</summary>
    CleanUpDeadRun,

    /// <summary>Drop checkpoints of this vault whose bitmaps are missing or broken.</summary>
    DropBrokenCheckpoints,

    /// <summary>Reserve the VM's present address on the libvirt network.</summary>
    ReserveAddress,

    /// <summary>Restart a service in a Windows guest.</summary>
    RestartService,

    /// <summary>Do what the fault's actions say.</summary>
    FollowActions,
}
