namespace Holdfast.Libvirt;

/// <summary>How a guest is asked to shut down or reboot.</summary>
[Flags]
public enum DomainShutdownMode
{
    /// <summary>The hypervisor's choice.</summary>
    Default = 0,

    /// <summary>The ACPI power button.</summary>
    AcpiPowerButton = 1 << 0,

    /// <summary>The guest agent.</summary>
    GuestAgent = 1 << 1,
}
