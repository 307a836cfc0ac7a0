using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Points;
using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>
/// The checkpoints of one domain, seen by one vault: which is a base, which are stale. Those of other vaults and tools are left alone.
/// </summary>
internal sealed class Checkpoints(Domain domain, VaultId vault)
{
    /// <summary>Whether another vault has a checkpoint on the domain.</summary>
    public bool HasOtherVaults { get; private set; }

    /// <summary>Our checkpoints that stand for no point in the vault, or for one that a newer base replaces.</summary>
    public IReadOnlyList<string> Stale { get; private set; } = [];

    /// <summary>Our checkpoints on the domain, whatever they stand for.</summary>
    public IReadOnlyList<string> Ours { get; private set; } = [];

    /// <summary>Finds the newest committed point whose checkpoint the domain has, and what is stale.</summary>
    public BasePoint? FindBase(IReadOnlyList<Point> points, bool isOnline)
    {
        BasePoint? newest = null;
        var ours = new List<string>();
        foreach (var checkpoint in domain.ListCheckpoints())
        {
            using (checkpoint)
            {
                if (!TrackingName.TryParse(checkpoint.Name, out var name))
                    continue;
                if (name.Vault != vault)
                {
                    HasOtherVaults = true;
                    continue;
                }

                ours.Add(checkpoint.Name);
                var point = points.FirstOrDefault(p => p.PointId == name.Point);
                if (point is null || (newest is not null && newest.Point.CreatedUtc >= point.CreatedUtc))
                    continue;
                newest = new BasePoint(
                    new RecoveryPoint(point, PointDetailsJson.Read(point.Properties)), checkpoint.Name, Tracked(checkpoint, isOnline));
            }
        }

        Ours = ours;
        Stale = [.. ours.Where(name => name != newest?.Checkpoint)];
        return newest;
    }

    /// <summary>Drops checkpoints of ours, with their bitmaps as far as libvirt can.</summary>
    /// <returns>Faults for those that couldn't be dropped.</returns>
    public async Task<IReadOnlyList<Fault>> DropAsync(IReadOnlyList<string> names)
    {
        var faults = new List<Fault>();
        foreach (var name in names)
        {
            try
            {
                await DropAsync(name).ConfigureAwait(false);
            }
            catch (LibvirtException e)
            {
                faults.Add(BackupFaults.CheckpointNotRemoved(domain.Name, name, e.Message));
            }
        }

        return faults;
    }

    /// <summary>
    /// Drops this vault's bitmaps that libvirt knows no checkpoint for, as after the domain was undefined and defined again: nobody
    /// will ever read from them, and each one slows the guest's writes. Those that QEMU keeps in memory are seen once it has stopped.
    /// </summary>
    /// <returns>What was dropped, and what couldn't be.</returns>
    public IReadOnlyList<Fault> DropOrphans(IReadOnlyList<DiskFacts> disks)
    {
        var faults = new List<Fault>();
        var dropped = new List<string>();
        var orphans = disks.SelectMany(d => d.Bitmaps.Select(b => (Bitmap: b.Name, d.Target))).Where(o => IsOrphan(o.Bitmap));
        foreach (var orphan in orphans.GroupBy(o => o.Bitmap, o => o.Target))
        {
            try
            {
                domain.DropOrphanBitmaps(orphan.Key, [.. orphan]);
                dropped.AddRange(orphan);
            }
            catch (LibvirtException e) when (!e.IsConnectionLost)
            {
                faults.Add(BackupFaults.CheckpointNotRemoved(domain.Name, orphan.Key, e.Message));
            }
        }

        return [.. faults, .. dropped.CountBy(target => target).Select(d => BackupFaults.OrphanBitmapsCleaned(d.Key, d.Value))];
    }

    private bool IsOrphan(string bitmap) => TrackingName.TryParse(bitmap, out var name) && name.Vault == vault && !Ours.Contains(bitmap);

    // On a domain that is off only libvirt's own record of a checkpoint can be removed.
    private async Task DropAsync(string name)
    {
        try
        {
            await domain.DropCheckpointAsync(name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (e.Code is LibvirtErrorCode.OperationUnsupported or LibvirtErrorCode.OperationInvalid)
        {
            using var checkpoint = domain.FindCheckpoint(name);
            if (checkpoint is not null)
                await checkpoint.DeleteAsync(CheckpointDeleteOptions.MetadataOnly, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static IReadOnlySet<string> Tracked(DomainCheckpoint checkpoint, bool isOnline)
    {
        if (!isOnline)
            return checkpoint.ReadXml().Disks.Where(d => d.IsTracked).Select(d => d.Target).ToHashSet();
        try
        {
            return checkpoint.GetDisksWithUsableBitmap();
        }
        catch (LibvirtException e) when (e.Code is LibvirtErrorCode.InternalError && !e.IsConnectionLost)
        {
            // libvirt adds a bitmap's layers up to tell its size, and can't where a disk grew above an external snapshot ("Bitmaps are of
            // different sizes"); it then tells none of the others either. Read whole, they are right.
            return new HashSet<string>();
        }
    }
}
