using System.Xml.Linq;

namespace Holdfast.Libvirt;

public sealed unsafe partial class Domain
{
    /// <summary>Removes bitmaps that no checkpoint of libvirt's knows any more, as after a rename and a restart of libvirtd, or a lost host.</summary>
    /// <remarks>
    /// libvirt has no call for it: the checkpoint is defined again over the bitmaps, and then deleted with them. A QMP command would
    /// taint the domain. The domain must run. When it throws, libvirt has forgotten the checkpoint again.
    /// </remarks>
    /// <param name="name">The name of the bitmaps. Refused when a checkpoint of this name exists: drop that.</param>
    /// <param name="diskTargets">The disks that hold one, consistent or not; at least one.</param>
    public void DropOrphanBitmaps(string name, IReadOnlyCollection<string> diskTargets)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfZero(diskTargets.Count);
        using (var known = FindCheckpoint(name))
        {
            if (known is not null)
            {
                throw new ArgumentException("A checkpoint of this name exists.", nameof(name));
            }
        }

        var domain = ReadXml();
        Redefine(new XElement(
            "domaincheckpoint",
            new XElement("name", name),
            new XElement("creationTime", "1"),
            new XElement("disks", domain.Disks.Where(d => d.Device is DiskDevice.Disk or DiskDevice.Lun).Select(d => OrphanDisk(d.Target, name, diskTargets))),
            domain.Root));
        using var checkpoint = FindCheckpoint(name);
        try
        {
            checkpoint?.Delete();
        }
        catch (LibvirtException)
        {
            checkpoint!.Delete(CheckpointDeleteOptions.MetadataOnly);
            throw;
        }
    }

    private static XElement OrphanDisk(string target, string name, IReadOnlyCollection<string> holders) => new(
        "disk",
        new XAttribute("name", target),
        new XAttribute("checkpoint", holders.Contains(target) ? "bitmap" : "no"),
        holders.Contains(target) ? new XAttribute("bitmap", name) : null);
}
