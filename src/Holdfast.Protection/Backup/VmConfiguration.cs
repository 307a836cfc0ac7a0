using System.Text;
using Holdfast.Libvirt;
using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>The names of the attachments that hold a VM's configuration.</summary>
/// <param name="DomainXml">The inactive domain XML.</param>
/// <param name="Nvram">The firmware's variables, or null.</param>
internal sealed record SavedAttachments(string DomainXml, string? Nvram);

/// <summary>Keeps a VM's configuration with a point: sealed like its data.</summary>
internal static class VmConfiguration
{
    private const int NvramBytesMax = 64 << 20;

    /// <summary>Stores the XML that defines the VM, with what virsh dumpxml --security-info shows, and its nvram file.</summary>
    public static async Task<SavedAttachments> StoreAsync(VaultSession session, Domain domain, VmInspection vm, CancellationToken ct)
    {
        const string xmlName = "domain.xml";
        const string nvramName = "nvram";
        // Transient domains have no inactive XML of their own; libvirt then gives what would define them.
        var xml = domain.GetXml(DomainXmlOptions.Inactive | DomainXmlOptions.Secure | DomainXmlOptions.Migratable);
        await session.AddAttachmentAsync(xmlName, Encoding.UTF8.GetBytes(xml), ct).ConfigureAwait(false);
        if (vm.Xml.Firmware.NvramPath is not { } path || !File.Exists(path) || new FileInfo(path).Length > NvramBytesMax)
            return new SavedAttachments(xmlName, null);
        await session.AddAttachmentAsync(nvramName, await File.ReadAllBytesAsync(path, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        return new SavedAttachments(xmlName, nvramName);
    }
}
