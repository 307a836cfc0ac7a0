using System.Text;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;

namespace Holdfast.Protection.Restore;

/// <summary>What a point keeps of a VM besides its disks.</summary>
/// <param name="Xml">The inactive domain XML.</param>
/// <param name="XmlBytes">The same, as it is stored.</param>
/// <param name="Nvram">The firmware's variables, or null.</param>
internal sealed record SavedConfiguration(DomainXml Xml, byte[] XmlBytes, byte[]? Nvram)
{
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
        try
        {
            return new SavedConfiguration(DomainXml.Parse(Encoding.UTF8.GetString(xml)), xml, nvram);
        }
        catch (LibvirtXmlException e)
        {
            throw new FaultException(VaultFaults.PointDamaged(point.Id.ToString(), e.Message), e);
        }
    }
}
