using System.Security.Cryptography;
using System.Text;
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
    /// <summary>Stores the XML that defines the VM, the secrets that it names, its TPM's state, and its firmware's variables.</summary>
    public static async Task<SavedAttachments> StoreAsync(VaultSession session, VmDefinition definition, VmInspection vm, CancellationToken ct)
    {
        const string xmlName = "domain.xml";
        const string nvramName = "nvram";
        const string secretsName = "secrets";
        const string tpmName = "tpm-state";
        await session.AddAttachmentAsync(xmlName, Encoding.UTF8.GetBytes(definition.Xml), ct).ConfigureAwait(false);
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

        if (definition.Nvram is not { } nvram)
            return saved;
        await session.AddAttachmentAsync(nvramName, nvram, ct).ConfigureAwait(false);
        return saved with { Nvram = nvramName };
    }
}
