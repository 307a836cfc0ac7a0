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

            if (Refusal(vm, disk) is { } refusal)
                throw new FaultException(refusal);
            var why = WhyWhole(vm, disk, newestPoint, basePoint, hasOtherVaultsCheckpoint, options, defaultChunkSizeBytes);
            plans.Add(new DiskPlan(disk, disk.TrackingObstacle is null, why is null ? basePoint : null, why));
        }

        if (plans.Count == 0)
            throw new FaultException(BackupFaults.NothingToBackUp(vm));
        return new BackupPlan(plans, skipped, Notices(disks, newestPoint, skipped));
    }

    /// <summary>Why a disk is left out, makes a backup fail, or is read whole each time; null where its changes can be tracked.</summary>
    public static Fault? ObstacleOf(string vm, DiskFacts disk)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return SkipReason(disk) is { } reason ? BackupFaults.DiskSkipped(disk.Target, reason) : Refusal(vm, disk) ?? WhyUntracked(disk);
    }

    private static string? SkipReason(DiskFacts disk, BackupOptions options) =>
        SkipReason(disk) ?? (options.ExcludedDisks.Contains(disk.Target) ? "excluded" : null);

    private static string? SkipReason(DiskFacts disk) => disk switch
    {
        { Device: "cdrom" or "floppy" } => disk.Device,
        { IsReadOnly: true } => "read-only",
        { IsTransient: true } => "transient",
        _ => null,
    };

    private static Fault? Refusal(string vm, DiskFacts disk) => disk switch
    {
        // QEMU decrypts before NBD: what can't be encrypted again would lie in plaintext in a restored image.
        { IsEncrypted: true, EncryptionSecret: null } => BackupFaults.EncryptedDiskUnsupported(vm, disk.Target),
        { Device: not "disk" } => BackupFaults.DiskTypeUnsupported(vm, disk.Target, disk.Device),
        { SourceType: not ("none" or "file" or "block" or "volume") } => BackupFaults.DiskTypeUnsupported(vm, disk.Target, disk.SourceType),
        { SourcePath: null } => BackupFaults.DiskWithoutImage(vm, disk.Target),
        { Format: not ("qcow2" or "raw") } => BackupFaults.ImageFormatUnsupported(disk.SourcePath, disk.Format ?? "?"),
        { HasGuessedBacking: true } => BackupFaults.ImageFormatUnsupported(disk.SourcePath, "a chain whose backing format isn't recorded"),
        _ => null,
    };

    private static Fault? WhyUntracked(DiskFacts disk) => disk switch
    {
        { TrackingObstacle: null } => null,
        { Format: "raw" } => BackupFaults.RawDiskReadWhole(disk.Target),
        _ => BackupFaults.DiskNotTrackable(disk.Target, disk.TrackingObstacle),
    };

    private static Fault? WhyWhole(
        string vm, DiskFacts disk, RecoveryPoint? newestPoint, BasePoint? basePoint, bool hasOtherVaultsCheckpoint,
        BackupOptions options, int defaultChunkSizeBytes)
    {
        if (WhyUntracked(disk) is { } untracked)
            return untracked;
        if (options.Full)
            return BackupFaults.FullRequested();
        if (newestPoint is null)
            return hasOtherVaultsCheckpoint ? BackupFaults.BaseInOtherVault(disk.Target) : BackupFaults.FirstBackup(vm);
        if (basePoint is null)
        {
            // A point of a VM that is off has no checkpoint: where that is the newest, nothing was lost since.
            return newestPoint.Details.Checkpoint is null
                ? BackupFaults.TrackingNotBegun(disk.Target)
                : BackupFaults.ChangeTrackingLost(disk.Target, "no checkpoint of a point in this vault is left on the VM");
        }

        var stored = basePoint.Point.Stored.Disks.FirstOrDefault(d => d.Name == disk.Target);
        if (stored is null)
            return BackupFaults.DiskAdded(disk.Target);
        if (stored.SizeBytes != disk.SizeBytes)
            return BackupFaults.DiskSizeChanged(disk.Target, stored.SizeBytes, disk.SizeBytes);
        if (!basePoint.TrackedTargets.Contains(disk.Target))
            return BackupFaults.ChangeTrackingLost(disk.Target, "libvirt finds no usable bitmap of the checkpoint on it");
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
