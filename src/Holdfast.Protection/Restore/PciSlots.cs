using Holdfast.Libvirt;

namespace Holdfast.Protection.Restore;

/// <summary>Whether libvirt refuses a definition because a device of it finds no PCI slot. Pure.</summary>
/// <remarks>
/// libvirt has no code for it, and says it in three ways, which differ with the machine type and with what it would add to make room: a slot on the buses
/// that there are; a root port of a PCIe machine, itself without a slot; and for i440fx a bridge that it could only put behind itself.
/// </remarks>
internal static class PciSlots
{
    /// <summary>Whether this refusal says so.</summary>
    /// <param name="refusal">What libvirt said.</param>
    public static bool AreExhausted(LibvirtException refusal) => IsTold(refusal.Message);

    /// <summary>Whether these words of libvirt say so.</summary>
    /// <param name="message">libvirt's message.</param>
    public static bool IsTold(string message) =>
        message.Contains("more available PCI slots", StringComparison.Ordinal)
        || (message.Contains("a PCI slot is needed to connect", StringComparison.Ordinal) && message.Contains("none is available", StringComparison.Ordinal))
        || (message.Contains("PCI controller at index", StringComparison.Ordinal) && message.Contains("index must be larger than bus", StringComparison.Ordinal));
}
