using Holdfast.Libvirt;

namespace Holdfast.Protection.Backup;

/// <summary>
/// What defines a VM, as it was at the instant of its disks: read hours later, it might name disks that the point doesn't have, and its firmware's
/// variables wouldn't be those that the TPM of the instant was sealed by.
/// </summary>
/// <param name="Xml">The inactive domain XML, with what virsh dumpxml --security-info shows.</param>
/// <param name="Nvram">The firmware's variables; null where there are none.</param>
internal sealed record VmDefinition(string Xml, byte[]? Nvram)
{
    private const int NvramBytesMax = 64 << 20;

    /// <summary>Reads it now.</summary>
    public static VmDefinition Capture(Domain domain, VmInspection vm) => new(
        // Transient domains have no inactive XML of their own; libvirt then gives what would define them.
        domain.GetXml(DomainXmlOptions.Inactive | DomainXmlOptions.Secure | DomainXmlOptions.Migratable),
        vm.Xml.Firmware.NvramPath is { } path && File.Exists(path) && new FileInfo(path).Length <= NvramBytesMax ? File.ReadAllBytes(path) : null);
}
