namespace Holdfast.Libvirt;

/// <summary>A domain's state and libvirt's reason for it.</summary>
/// <param name="State">The state.</param>
/// <param name="ReasonNumber">libvirt's reason number, whose meaning depends on the state.</param>
public readonly record struct DomainStateInfo(DomainState State, int ReasonNumber)
{
    /// <summary>QEMU is running for the domain.</summary>
    public bool IsActive => State is not (DomainState.ShutOff or DomainState.Crashed or DomainState.NoState);

    /// <summary>Why it is paused; null when it isn't.</summary>
    public DomainPausedReason? PausedReason => State is DomainState.Paused ? (DomainPausedReason)ReasonNumber : null;
}
