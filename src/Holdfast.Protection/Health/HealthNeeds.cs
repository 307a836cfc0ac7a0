namespace Holdfast.Protection.Health;

/// <summary>What a check of a VM can't do without. Where the VM is off, checks of the guest don't apply; where the agent fails them, they are unknown.</summary>
[Flags]
internal enum HealthNeeds
{
    /// <summary>Only libvirt.</summary>
    Nothing = 0,

    /// <summary>A guest that runs.</summary>
    RunningGuest = 1,

    /// <summary>An agent that answers, in a guest that isn't frozen.</summary>
    Agent = RunningGuest | 2,

    /// <summary>Leave to run programs in the guest.</summary>
    Programs = Agent | 4,

    /// <summary>A guest that isn't Windows: one with /proc, or programs of Linux.</summary>
    Unix = 8,

    /// <summary>A Windows guest whose programs may be run.</summary>
    Windows = Programs | 16,
}
