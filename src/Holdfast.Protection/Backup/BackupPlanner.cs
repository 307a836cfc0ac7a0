using Holdfast.Faults;
using Holdfast.Protection.Points;

namespace Holdfast.Protection.Backup;

/// <summary>
/// Decides for each disk whether it is in the point, and from which base it is read. Pure.
/// </summary>
/// <remarks>
/// INV-1: a bitmap belongs to a point. A disk is read incrementally only from the map of the very point that the bitmap is named
/// for, in this vault, of the same disk, image, size and chunk size; else it is read whole and the reason is recorded.
/// </remarks>
public static class BackupPlanner
{
    /// <summary>Makes the plan.</summary>
    /// <param name="vm">The VM's name, for messages.</param>
    /// <param name="disks">Its disks.</param>
    /// <param name="newestPoint">The newest committed point of this VM in this vault, or null.</param>
    /// <param name="basePoint">The newest such point whose checkpoint the VM has, or null.</param>
    /// <param name="hasOtherVaultsCheckpoint">Whether the VM has a checkpoint of another vault.</param>
    /// <param name="options">What was asked.</param>
    /// <param name="defaultChunkSizeBytes">Chunk size of new maps.</param>
    /// <exception cref="FaultException">A disk can't be backed up, or there is nothing to back up.</exception>
    public static BackupPlan Make(
        string vm, IReadOnlyList<DiskFacts> disks, RecoveryPoint? newestPoint, BasePoint? basePoint, bool hasOtherVaultsCheckpoint,
        BackupOptions options, int defaultChunkSizeBytes)
    {
        ArgumentNullException.ThrowIfNull(disks);
        ArgumentNullException.ThrowIfNull(options);
        foreach (var name in options.ExcludedDisks.Where(n => disks.All(d => d.Target != n)))
            throw new FaultException(BackupFaults.DiskNotInVm(vm, name, disks.Select(d => d.Target)));

        var skipped = new List<SkippedDisk>();
        var plans = new List<DiskPlan>();
        foreach (var disk in disks)
        {
            if (SkipReason(disk, options) is { } reason)
            {
                skipped.Add(new SkippedDisk(disk.Target, reason));
                continue;
            }

            Refuse(vm, disk);
            var why = WhyWhole(vm, disk, newestPoint, basePoint, hasOtherVaultsCheckpoint, options, defaultChunkSizeBytes);
            plans.Add(new DiskPlan(disk, disk.TrackingObstacle is null, why is null ? basePoint : null, why));
        }

        if (plans.Count == 0)
            throw new FaultException(BackupFaults.NothingToBackUp(vm));
        return new BackupPlan(plans, skipped, Notices(disks, newestPoint, skipped));
    }

    private static string? SkipReason(DiskFacts disk, BackupOptions options) => disk switch
    {
        { Device: "cdrom" or "floppy" } => disk.Device,
        { IsReadOnly: true } => "read-only",
        { IsTransient: true } => "transient",
        _ when options.ExcludedDisks.Contains(disk.Target) => "excluded",
        _ => null,
    };

    private static void Refuse(string vm, DiskFacts disk)
    {
        // QEMU decrypts before NBD: a copy would lie in plaintext in the scratch file and in a restored image.
        if (disk.IsEncrypted)
            throw new FaultException(BackupFaults.EncryptedDiskUnsupported(vm, disk.Target));
        if (disk.Device != "disk" || disk.SourceType is not ("file" or "block" or "volume"))
            throw new FaultException(BackupFaults.DiskTypeUnsupported(vm, disk.Target, disk.Device == "disk" ? disk.SourceType : disk.Device));
        if (disk.SourcePath is null)
            throw new FaultException(BackupFaults.DiskWithoutImage(vm, disk.Target));
        if (disk.Format is not ("qcow2" or "raw"))
            throw new FaultException(BackupFaults.ImageFormatUnsupported(disk.SourcePath, disk.Format ?? "?"));
    }

    private static Fault? WhyWhole(
        string vm, DiskFacts disk, RecoveryPoint? newestPoint, BasePoint? basePoint, bool hasOtherVaultsCheckpoint,
        BackupOptions options, int defaultChunkSizeBytes)
    {
        if (disk.TrackingObstacle is { } obstacle)
            return disk.Format == "raw" ? BackupFaults.RawDiskReadWhole(disk.Target) : BackupFaults.DiskNotTrackable(disk.Target, obstacle);
        if (options.Full)
            return BackupFaults.FullRequested();
        if (newestPoint is null)
            return hasOtherVaultsCheckpoint ? BackupFaults.BaseInOtherVault(disk.Target) : BackupFaults.FirstBackup(vm);
        if (basePoint is null)
            return BackupFaults.ChangeTrackingLost(disk.Target, "no checkpoint of a point in this vault is left on the VM");
        var stored = basePoint.Point.Stored.Disks.FirstOrDefault(d => d.Name == disk.Target);
        if (stored is null)
            return BackupFaults.DiskAdded(disk.Target);
        if (!basePoint.TrackedTargets.Contains(disk.Target))
            return BackupFaults.ChangeTrackingLost(disk.Target, "the checkpoint has no bitmap on it");
        if (stored.SizeBytes != disk.SizeBytes)
            return BackupFaults.DiskSizeChanged(disk.Target, stored.SizeBytes, disk.SizeBytes);
        if (disk.Chain.All(image => image.ToString() != stored.Identity))
            return BackupFaults.DiskReplaced(disk.Target);
        if (stored.ChunkSizeBytes != (options.ChunkSizeBytes ?? defaultChunkSizeBytes))
            return BackupFaults.DiskNotTrackable(disk.Target, "the chunk size differs from the base point's");
        return null;
    }

    private static List<Fault> Notices(IReadOnlyList<DiskFacts> disks, RecoveryPoint? newestPoint, List<SkippedDisk> skipped)
    {
        var notices = new List<Fault>();
        notices.AddRange(skipped.Select(s => s.Reason == "excluded"
            ? BackupFaults.DiskExcluded(s.Target) : BackupFaults.DiskSkipped(s.Target, s.Reason)));
        if (newestPoint is not null)
        {
            notices.AddRange(newestPoint.Stored.Disks.Where(old => disks.All(d => d.Target != old.Name))
                .Select(old => BackupFaults.DiskRemoved(old.Name)));
        }

        return notices;
    }
}
