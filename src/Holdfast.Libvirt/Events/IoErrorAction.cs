namespace Holdfast.Libvirt;

/// <summary>What QEMU did about an I/O error (virDomainEventIOErrorAction).</summary>
public enum IoErrorAction
{
    /// <summary>Ignored it.</summary>
    None = 0,

    /// <summary>Paused the domain.</summary>
    Pause = 1,

    /// <summary>Reported it to the guest.</summary>
    Report = 2,
}
