using System.Security.Cryptography;
using System.Text;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Protection.Secrets;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Restore;

/// <summary>What a point keeps of a VM besides its disks.</summary>
/// <param name="Xml">The inactive domain XML.</param>
/// <param name="XmlBytes">The same, as it is stored.</param>
/// <param name="Nvram">The firmware's variables, or null.</param>
/// <param name="Secrets">The secrets that it names.</param>
/// <param name="Tpm">The state of its emulated TPM, or null.</param>
internal sealed record SavedConfiguration(DomainXml Xml, byte[] XmlBytes, byte[]? Nvram, SavedSecrets Secrets, byte[]? Tpm) : IDisposable
{
    /// <summary>Clears the secrets and the TPM's state.</summary>
    public void Dispose()
    {
        Secrets.Dispose();
        CryptographicOperations.ZeroMemory(Tpm);
    }

    /// <summary>Reads the definition alone: who only looks at it has no need of the secrets.</summary>
    /// <exception cref="FaultException">The point has none, or it is damaged.</exception>
    public static async Task<DomainXml> ReadXmlAsync(EngineContext context, RecoveryPoint point, CancellationToken ct)
    {
        if (point.Details.DomainXmlAttachment is not { } name)
            throw new FaultException(RestoreFaults.PointHasNoConfiguration(point.Id.ToString()));
        var xml = await FaultMapping.GuardAsync(
            () => context.RequiredVault.ReadAttachmentAsync(point.Stored, name, ct), FaultSubject.Of(point)).ConfigureAwait(false);
        try
        {
            return DomainXml.Parse(Encoding.UTF8.GetString(xml));
        }
        catch (Exception e) when (e is LibvirtXmlException or FormatException)
        {
            throw new FaultException(VaultFaults.PointDamaged(point.Id.ToString(), e.Message), e);
        }
    }

    /// <summary>Reads it from the vault.</summary>
    /// <exception cref="FaultException">The point has none, or it is damaged.</exception>
    public static async Task<SavedConfiguration> ReadAsync(EngineContext context, RecoveryPoint point, CancellationToken ct)
    {
        if (point.Details.DomainXmlAttachment is not { } name)
            throw new FaultException(RestoreFaults.PointHasNoConfiguration(point.Id.ToString()));
        var subject = FaultSubject.Of(point);
        var xml = await FaultMapping.GuardAsync(
            () => context.RequiredVault.ReadAttachmentAsync(point.Stored, name, ct), subject).ConfigureAwait(false);
        var nvram = point.Details.NvramAttachment is { } variables
            ? await FaultMapping.GuardAsync(() => context.RequiredVault.ReadAttachmentAsync(point.Stored, variables, ct), subject).ConfigureAwait(false)
            : null;
        var secrets = point.Details.SecretsAttachment is { } values
            ? await FaultMapping.GuardAsync(() => context.RequiredVault.ReadAttachmentAsync(point.Stored, values, ct), subject).ConfigureAwait(false)
            : null;
        try
        {
            var tpm = point.Details.TpmAttachment is { } state
                ? await FaultMapping.GuardAsync(() => context.RequiredVault.ReadAttachmentAsync(point.Stored, state, ct), subject).ConfigureAwait(false)
                : null;
            return new SavedConfiguration(
                DomainXml.Parse(Encoding.UTF8.GetString(xml)), xml, nvram, secrets is null ? SavedSecrets.None : SavedSecrets.Read(secrets), tpm);
        }
        catch (Exception e) when (e is LibvirtXmlException or FormatException)
        {
            throw new FaultException(VaultFaults.PointDamaged(point.Id.ToString(), e.Message), e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secrets);
        }
    }

    /// <summary>The passphrase that a disk was encrypted with.</summary>
    /// <exception cref="FaultException">The point has none.</exception>
    public ImageEncryption EncryptionOf(string target, string point) =>
        Xml.FindDisk(target)?.Source.Encryption?.LuksPassphrase is { } reference && Secrets.Find(reference) is { } secret
            ? new ImageEncryption(secret.Value)
            : throw new FaultException(VaultFaults.PointDamaged(point, $"it has no passphrase for the encrypted disk {target}"));
}
