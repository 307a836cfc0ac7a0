using System.Xml.Linq;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Points;
using Holdfast.Protection.Secrets;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Restore;

/// <summary>
/// The passphrases of the images that a restore in place writes: the VM will open them as its definition says. With the configuration of the
/// point these are the point's own; else those that the host has now, and the point's only where the host has lost them.
/// </summary>
internal sealed class InPlaceKeys(LibvirtConnection host, RecoveryPoint point, SecretRestore secrets)
{
    private readonly Dictionary<string, ImageEncryption> _keys = new(StringComparer.Ordinal);
    private readonly List<string> _decrypted = [];

    /// <summary>What is defined for the VM.</summary>
    public SecretRestore Secrets => secrets;

    /// <summary>What the user should know.</summary>
    public IReadOnlyList<Fault> Warnings =>
        [.. secrets.Warnings, .. _decrypted.Count == 0 ? (IEnumerable<Fault>)[] : [RestoreFaults.WrittenDecrypted(point.Id.ToString(), _decrypted)]];

    /// <summary>The passphrase of a disk; null where it isn't encrypted.</summary>
    public ImageEncryption? Of(string target) => _keys.GetValueOrDefault(target);

    /// <summary>Finds them all.</summary>
    /// <param name="layout">Where the disks go.</param>
    /// <param name="definition">What the VM is or will be defined as.</param>
    /// <param name="saved">What the point keeps, where that is needed.</param>
    /// <param name="isSavedOne">Whether the definition is the point's.</param>
    /// <param name="decrypt">Whether an encrypted disk may go to a place that isn't.</param>
    /// <returns>The XML to define at the end, or null.</returns>
    /// <exception cref="FaultException">One can't be read, or a disk would be written in the clear unasked.</exception>
    public string? Find(InPlaceLayout layout, DomainXml definition, SavedConfiguration? saved, bool isSavedOne, bool decrypt)
    {
        foreach (var (target, place) in layout.Places)
        {
            if (place.IsEncrypted && decrypt)
                throw new FaultException(InputFaults.InvalidArgument("--decrypt", $"the VM's definition has an encrypted disk {target}: restore with --as or --disks-to"));
            if (place.IsEncrypted)
                _keys[target] = isSavedOne ? saved!.EncryptionOf(target, point.Id.ToString()) : Present(definition, target, saved);
            else if (point.Details.Disks.Any(d => d.Target == target && d.IsEncrypted))
                _decrypted.Add(target);
        }

        if (_decrypted.Count > 0 && !decrypt)
            throw new FaultException(RestoreFaults.DecryptionNotAsked(point.Details.Name, _decrypted));
        if (!isSavedOne)
            BringBackTpmSecret(definition, saved);
        if (!isSavedOne || layout.DefineXml is null)
            return layout.DefineXml;
        var root = XElement.Parse(layout.DefineXml);
        secrets.Place(root, saved!.Secrets);
        return root.ToString();
    }

    // What the host has is left as it is: the TPM's state that lies there is encrypted with it.
    private void BringBackTpmSecret(DomainXml definition, SavedConfiguration? saved)
    {
        foreach (var uuid in definition.Tpms.Select(t => t.EncryptionSecret).OfType<Guid>())
        {
            if (host.FindSecret(uuid) is null && saved?.Secrets.Find(new SecretReference(uuid, null, "")) is { } lost && !secrets.Defined.Contains(uuid))
                secrets.Add(lost);
        }
    }

    private ImageEncryption Present(DomainXml definition, string target, SavedConfiguration? saved)
    {
        var reference = definition.FindDisk(target)!.Source.Encryption!.LuksPassphrase!;
        var name = reference.Uuid?.ToString("D") ?? reference.UsageId ?? "";
        if (VmSecrets.Find(host, reference) is { } present)
        {
            try
            {
                return new ImageEncryption(host.ReadSecretValue(present.Uuid));
            }
            catch (LibvirtException e) when (!e.IsConnectionLost)
            {
                throw new FaultException(BackupFaults.SecretUnreadable(point.Details.Name, name, e.Message), e);
            }
        }

        if (saved?.Secrets.Find(reference) is not { } lost)
            throw new FaultException(BackupFaults.SecretUnreadable(point.Details.Name, name, "libvirt has no such secret, and the point doesn't keep it"));
        if (!secrets.Defined.Contains(lost.Uuid))
            secrets.Add(lost);
        return new ImageEncryption(lost.Value);
    }
}
