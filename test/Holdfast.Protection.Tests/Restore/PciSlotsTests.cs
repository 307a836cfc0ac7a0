using Holdfast.Protection.Restore;

namespace Holdfast.Protection.Tests.Restore;

public sealed class PciSlotsTests
{
    // The second and third are what libvirt 9.0 says for q35 and i440fx.
    [Theory]
    [InlineData("internal error: No more available PCI slots", true)]
    [InlineData(
        "internal error: a PCI slot is needed to connect a PCI controller model='pcie-root-port', but none is available, and it cannot be automatically added", true)]
    [InlineData("unsupported configuration: PCI controller at index 1 (0x01) has bus='0x01', but index must be larger than bus", true)]
    [InlineData("XML error: Attempted double use of PCI Address 0000:00:1f.0", false)]
    [InlineData("internal error: The PCI controller with index='3' doesn't exist", false)]
    [InlineData("unsupported configuration: Emulator '/usr/bin/qemu-system-x86_64' does not support machine type 'pc-i440fx-99'", false)]
    public void Only_what_libvirt_says_for_lack_of_a_slot_is_taken_for_it(string message, bool expected) =>
        Assert.Equal(expected, PciSlots.IsTold(message));
}
