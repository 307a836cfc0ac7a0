using System.Xml.Linq;
using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

public sealed unsafe partial class Domain
{
    /// <summary>Drops a checkpoint and its bitmaps, also when some disks have lost theirs.</summary>
    /// <remarks>
    /// libvirt refuses to delete a checkpoint when one disk's bitmap is missing, and would leave the others' behind when told to
    /// forget it. So the checkpoint is redefined without the disks that lost it, and then deleted. Idempotent. The domain must run,
    /// or else only <see cref="CheckpointDeleteOptions.MetadataOnly"/> is possible, which this doesn't do by itself: the error is
    /// OperationUnsupported then.
    /// </remarks>
    /// <param name="name">The checkpoint's name.</param>
    public CheckpointDropOutcome DropCheckpoint(string name)
    {
        using var checkpoint = FindCheckpoint(name);
        if (checkpoint is null)
        {
            return CheckpointDropOutcome.AlreadyGone;
        }

        try
        {
            checkpoint.Delete();
            return CheckpointDropOutcome.Dropped;
        }
        catch (LibvirtException e) when (e.IsNotFound)
        {
            return CheckpointDropOutcome.AlreadyGone;
        }
        catch (LibvirtException e) when (e.Code is LibvirtErrorCode.InternalError)
        {
            return DropDamaged(checkpoint);
        }
    }

    /// <summary>Drops a checkpoint, on a thread of its own; see <see cref="DropCheckpoint"/>.</summary>
    /// <param name="name">The checkpoint's name.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<CheckpointDropOutcome> DropCheckpointAsync(string name, CancellationToken ct) =>
        DedicatedThread.RunAsync(() => DropCheckpoint(name), ct);

    private CheckpointDropOutcome DropDamaged(DomainCheckpoint checkpoint)
    {
        try
        {
            var usable = checkpoint.GetDisksWithUsableBitmap();
            if (usable.Count > 0)
            {
                var root = SafeXml.Parse(checkpoint.GetXml(CheckpointXmlOptions.None), "domaincheckpoint");
                foreach (var disk in root.Elements("disks").Elements("disk").Where(d => !usable.Contains((string?)d.Attribute("name") ?? "")))
                {
                    disk.SetAttributeValue("checkpoint", "no");
                    disk.SetAttributeValue("bitmap", null);
                }

                Redefine(root);
                checkpoint.Delete();
                return CheckpointDropOutcome.DroppedDamaged;
            }
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            // What libvirt won't let go whole is at least forgotten below; whoever reads the outcome knows that bitmaps may stay.
        }

        checkpoint.Delete(CheckpointDeleteOptions.MetadataOnly);
        return CheckpointDropOutcome.MetadataOnly;
    }

    private void Redefine(XElement checkpoint)
    {
        const uint redefine = 1;
        NativeCall.Check(
            NativeLibvirt.virDomainCheckpointCreateXML(_handle, checkpoint.ToString(), redefine),
            nameof(NativeLibvirt.virDomainCheckpointCreateXML)).Dispose();
    }
}
