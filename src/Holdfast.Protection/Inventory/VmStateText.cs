using Holdfast.Libvirt;

namespace Holdfast.Protection.Inventory;

/// <summary>libvirt's states in the words that virsh uses.</summary>
public static class VmStateText
{
    /// <summary>The state of what is left of a VM that no longer exists.</summary>
    public const string Gone = "gone";

    /// <summary>The state of an image that was backed up without a VM.</summary>
    public const string Image = "image";

    /// <summary>The words for a state.</summary>
    public static string Of(DomainStateInfo state) => state.State switch
    {
        DomainState.Running => "running",
        DomainState.Blocked => "idle",
        DomainState.Paused when state.PausedReason is DomainPausedReason.IoError => "paused (I/O error)",
        DomainState.Paused => "paused",
        DomainState.ShuttingDown => "in shutdown",
        DomainState.ShutOff => "shut off",
        DomainState.Crashed => "crashed",
        DomainState.PmSuspended => "pmsuspended",
        _ => "no state",
    };
}
