using System.Security.Cryptography;
using System.Text;
using Holdfast.Libvirt;
using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>The names of the attachments that hold a VM's configuration.</summary>
/// <param name="DomainXml">The inactive domain XML.</param>
/// <param name="Nvram">The firmware's variables, or null.</param>
/// <param name="Secrets">The values of libvirt's secrets, or null.</param>
/// <param name="Tpm">The state of the emulated TPM, or null.</param>
internal sealed record SavedAttachments(string DomainXml, string? Nvram, string? Secrets, string? Tpm);

/// <summary>Keeps a VM's configuration with a point: sealed like its data.</summary>
internal static class VmConfiguration
{
    private const int NvramBytesMax = 64 << 20;

    /// <summary>Stores the XML that defines the VM, with what virsh dumpxml --security-info shows, the secrets that it names, its TPM's state, and its nvram file.</summary>
    public static async Task<SavedAttachments> StoreAsync(VaultSession session, Domain domain, VmInspection vm, CancellationToken ct)
    {
        const string xmlName = "domain.xml";
        const string nvramName = "nvram";
        const string secretsName = "secrets";
        const string tpmName = "tpm-state";
        // Transient domains have no inactive XML of their own; libvirt then gives what would define them.
        var xml = domain.GetXml(DomainXmlOptions.Inactive | DomainXmlOptions.Secure | DomainXmlOptions.Migratable);
        await session.AddAttachmentAsync(xmlName, Encoding.UTF8.GetBytes(xml), ct).ConfigureAwait(false);
        var saved = new SavedAttachments(xmlName, null, null, null);
        if (vm.Secrets.All.Count > 0)
        {
            var secrets = vm.Secrets.ToJson();
            await session.AddAttachmentAsync(secretsName, secrets, ct).ConfigureAwait(false);
            CryptographicOperations.ZeroMemory(secrets);
            saved = saved with { Secrets = secretsName };
        }

        if (vm.Tpm?.State is { } state)
        {
            await session.AddAttachmentAsync(tpmName, state, ct).ConfigureAwait(false);
            saved = saved with { Tpm = tpmName };
        }

        if (vm.Xml.Firmware.NvramPath is not { } path || !File.Exists(path) || new FileInfo(path).Length > NvramBytesMax)
            return saved;
        await session.AddAttachmentAsync(nvramName, await File.ReadAllBytesAsync(path, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        return saved with { Nvram = nvramName };
    }
}
