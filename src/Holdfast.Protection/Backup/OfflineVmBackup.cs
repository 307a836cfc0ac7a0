using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Protection.Restore;
using Holdfast.Protection.Sources;
using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>
/// A backup of a VM that is shut off. Its images are opened with QEMU's locks, so that the VM can't start meanwhile, and the VM is
/// then seen to be still off. An offline point moves no checkpoint: the chain of the running VM stays as it is.
/// </summary>
internal sealed class OfflineVmBackup(
    EngineContext context, Domain domain, VmInspection vm, BackupOptions options, IProgress<RunProgress>? progress, List<Fault> warnings)
{
    private readonly RunClock _clock = new(context.Time);

    /// <summary>Runs it. The caller holds the VM's lock.</summary>
    public async Task<BackupResult> RunAsync(CancellationToken ct)
    {
        if (domain.HasManagedSave)
            throw new FaultException(BackupFaults.VmStateUnsuitable(vm.Name, "managed save"));
        var vault = context.RequiredVault;
        var source = new SourceId(domain.Uuid);
        var points = await vault.ListPointsAsync(source, ct).ConfigureAwait(false);
        var checkpoints = new Checkpoints(domain, vault.Id);
        var basePoint = checkpoints.FindBase(points, isOnline: false);
        var newest = points.Count > 0 ? new RecoveryPoint(points[^1], PointDetailsJson.Read(points[^1].Properties)) : null;
        if (basePoint is not null)
            basePoint = basePoint with { TrackedTargets = await UsableAsync(basePoint, ct).ConfigureAwait(false) };
        var plan = BackupPlanner.Make(
            vm.Name, vm.Disks, newest, basePoint, checkpoints.HasOtherVaults, options, DiskSpec.DefaultChunkSizeBytes);
        if (InPlaceMark.IsSet(context.Paths, domain.Uuid))
            plan = plan with { Disks = [.. plan.Disks.Select(d => d.ReadWhole(BackupFaults.FullAfterInPlaceRestore(vm.Name)))] };
        warnings.AddRange(plan.Notices);

        await using var session = await context.Effects.RunAsync(Effect.OpenSession, () => vault.OpenSessionAsync(source, ct)).ConfigureAwait(false);
        await using var daemon = await OpenAsync(plan, ct).ConfigureAwait(false);
        if (domain.GetState().IsActive)
            throw new FaultException(BackupFaults.VmStartedDuringOfflineRead(vm.Name));
        warnings.Add(BackupFaults.VmStartBlocked(vm.Name));
        var taken = context.Time.GetUtcNow();
        var prepared = _clock.Lap();

        var writer = new PointWriter(context, session, options, progress);
        await context.Effects.RunAsync(Effect.Transfer, () => writer.WriteDisksAsync(
            [.. plan.Disks.Select(d => new SnapshotDisk(d, daemon.Endpoint, d.Facts.Target, d.Base?.Checkpoint))], ct)).ConfigureAwait(false);
        var transferred = _clock.Lap();
        warnings.AddRange(writer.Warnings);
        progress?.Report(new RunProgress(RunStage.Seal, null, 0, 0, session.Statistics.StoredBytes));
        var saved = await context.Effects.RunAsync(
            Effect.StoreConfiguration, () => VmConfiguration.StoreAsync(session, domain, vm, ct)).ConfigureAwait(false);

        // What is shut off cleanly has its file systems at rest, but nobody looked inside: as Azure does, it counts as crash-consistent.
        var details = new PointDetails
        {
            Kind = SourceKind.VirtualMachine,
            Name = vm.Name,
            Host = context.RequiredHost.HostName,
            Consistency = Consistency.Crash,
            ConsistencyReason = AgentFaults.VmIsOff(vm.Name).Code.ToString(),
            Online = false,
            Disks = writer.Disks,
            Skipped = plan.Skipped,
            Note = options.Note,
            DomainXmlAttachment = saved.DomainXml,
            NvramAttachment = saved.Nvram,
        };
        var point = await context.Effects.RunAsync(
            Effect.CommitPoint, () => session.CommitAsync(PointDetailsJson.Write(details), taken, ct)).ConfigureAwait(false);
        return new BackupResult(
            new RecoveryPoint(point, details), options.Consistency, Degraded: false, warnings,
            new BackupTiming(_clock.Total, prepared, null, transferred, _clock.Lap()),
            writer.ReadBytes, point.Statistics.StoredBytes, point.Statistics.NewBytes);
    }

    // Offline only the top image's own bitmap is read. It holds everything since the base point only if the image was the top then
    // already: an overlay's bitmap of the same name began later.
    private async Task<IReadOnlySet<string>> UsableAsync(BasePoint basePoint, CancellationToken ct)
    {
        var usable = new HashSet<string>();
        foreach (var disk in vm.Disks.Where(d => basePoint.TrackedTargets.Contains(d.Target) && d.SourcePath is not null))
        {
            var stored = basePoint.Point.Stored.Disks.FirstOrDefault(d => d.Name == disk.Target);
            var image = (await ImageInfo.ReadChainAsync(disk.SourcePath!, disk.Format, isShared: false, ct).ConfigureAwait(false))[0];
            if (stored?.Identity == disk.Chain[0].ToString() && image.Bitmaps.Any(b => b.Name == basePoint.Checkpoint && b is { IsUsable: true, IsRecording: true }))
                usable.Add(disk.Target);
        }

        return usable;
    }

    private async Task<StorageDaemon> OpenAsync(BackupPlan plan, CancellationToken ct)
    {
        var daemon = await StorageDaemon.StartAsync(ct).ConfigureAwait(false);
        try
        {
            await context.Effects.RunAsync(Effect.OpenImage, async () =>
            {
                foreach (var disk in plan.Disks)
                {
                    var node = "disk-" + disk.Facts.Target;
                    await daemon.OpenImageAsync(node, disk.Facts.SourcePath!, disk.Facts.Format!, writable: false, ct).ConfigureAwait(false);
                    await daemon.ExportAsync(
                        node, disk.Facts.Target, writable: false, disk.Base is { } b ? [b.Checkpoint] : [], ct).ConfigureAwait(false);
                }
            }).ConfigureAwait(false);
            return daemon;
        }
        catch (Exception e)
        {
            await daemon.DisposeAsync().ConfigureAwait(false);
            if (e is not StorageDaemonException refused)
                throw;
            throw new FaultException(refused.IsLocked
                ? domain.GetState().IsActive ? BackupFaults.VmStartedDuringOfflineRead(vm.Name) : BackupFaults.ImageInUse(vm.Name, refused.Message)
                : BackupFaults.ImageUnreadable(vm.Name, refused.Message), e);
        }
    }
}
