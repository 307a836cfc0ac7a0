using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Protection.Restore;
using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>A backup of a running VM: the order of a run's effects, and what is undone when one fails.</summary>
internal sealed class RunningVmBackup(
    EngineContext context, Domain domain, VmInspection vm, BackupOptions options, IProgress<RunProgress>? progress, List<Fault> warnings)
{
    private readonly RunClock _clock = new(context.Time);

    /// <summary>Runs it. The caller holds the VM's lock.</summary>
    public async Task<BackupResult> RunAsync(CancellationToken ct)
    {
        var vault = context.RequiredVault;
        var source = new SourceId(domain.Uuid);
        var points = await vault.ListPointsAsync(source, ct).ConfigureAwait(false);
        var checkpoints = new Checkpoints(domain, vault.Id);
        var basePoint = checkpoints.FindBase(points, isOnline: true);
        var plan = PlanOf(points, basePoint, checkpoints.HasOtherVaults);
        warnings.AddRange(plan.Notices);
        if (checkpoints.Stale.Count > 0)
        {
            // INV-1: no committed point stands behind them (or a newer base does), so nobody will ever read from them.
            await context.Effects.RunAsync(Effect.DropStaleCheckpoints, async () =>
                warnings.AddRange(await checkpoints.DropAsync(checkpoints.Stale).ConfigureAwait(false))).ConfigureAwait(false);
            warnings.Add(BackupFaults.StaleCheckpointsCleaned(domain.Name, checkpoints.Stale, "no point stands behind them any more"));
        }

        warnings.AddRange(checkpoints.DropOrphans(vm.Disks));
        await using var session = await context.Effects.RunAsync(Effect.OpenSession, () => vault.OpenSessionAsync(source, ct)).ConfigureAwait(false);
        var checkpoint = plan.HasCheckpoint ? new TrackingName(vault.Id, session.PointId).ToString() : null;
        var records = new RunRecords(context.Paths);
        var paths = QemuRuntimePaths.For(context.RequiredHost, context.Paths.Scratch);
        if (paths.FindObstacle() is { } obstacle)
            throw new FaultException(HostFaults.ScratchNotWritableByQemu(paths.ScratchRoot, $"QEMU's user can't pass through {obstacle}"));
        var runName = session.PointId.Value.ToString("N");
        await context.Effects.RunAsync(Effect.WriteRunRecord, () => records.Write(new RunRecord(
            domain.Uuid, domain.Name, context.RequiredHost.Uri.Text, Path.Combine(paths.ScratchRoot, runName), checkpoint))).ConfigureAwait(false);
        try
        {
            var result = await WithScratchAsync(paths, runName, plan, checkpoint, session, ct).ConfigureAwait(false);
            if (result.Point.Details.Checkpoint is not null)
            {
                // INV-7: the checkpoint moves last, after the point is durable.
                await context.Effects.RunAsync(Effect.DropOldCheckpoint, async () => warnings.AddRange(
                    await checkpoints.DropAsync([.. checkpoints.Ours.Except(checkpoints.Stale)]).ConfigureAwait(false))).ConfigureAwait(false);
            }

            InPlaceMark.Clear(context.Paths, domain.Uuid);
            return result with { Warnings = warnings };
        }
        finally
        {
            await context.Effects.RunAsync(Effect.RemoveRunRecord, () => records.Remove(domain.Uuid)).ConfigureAwait(false);
        }
    }

    private BackupPlan PlanOf(IReadOnlyList<Point> points, BasePoint? basePoint, bool hasOtherVaults)
    {
        var newest = points.Count > 0 ? new RecoveryPoint(points[^1], PointDetailsJson.Read(points[^1].Properties)) : null;
        var plan = BackupPlanner.Make(vm.Name, vm.Disks, newest, basePoint, hasOtherVaults, options, DiskSpec.DefaultChunkSizeBytes);
        if (!InPlaceMark.IsSet(context.Paths, domain.Uuid))
            return plan;
        return plan with { Disks = [.. plan.Disks.Select(d => d.ReadWhole(BackupFaults.FullAfterInPlaceRestore(vm.Name)))] };
    }

    private async Task<BackupResult> WithScratchAsync(
        QemuRuntimePaths paths, string runName, BackupPlan plan, string? checkpoint, VaultSession session, CancellationToken ct)
    {
        var folder = await context.Effects.RunAsync(
            Effect.CreateScratch, () => Task.FromResult(paths.CreateRunFolder(domain, runName))).ConfigureAwait(false);
        try
        {
            if (folder.GetAvailableBytes() is var free && free < GuestWatch.ReserveOf(folder.FolderPath))
                throw new FaultException(HostFaults.ScratchSpaceShort(folder.FolderPath, free, GuestWatch.ReserveOf(folder.FolderPath)));
            return await WithJobAsync(folder, plan, checkpoint, session, ct).ConfigureAwait(false);
        }
        finally
        {
            await context.Effects.RunAsync(Effect.RemoveScratch, folder.Dispose).ConfigureAwait(false);
        }
    }

    private async Task<BackupResult> WithJobAsync(
        QemuRunFolder folder, BackupPlan plan, string? checkpoint, VaultSession session, CancellationToken ct)
    {
        await using var job = new RunningVmJob(context, domain, folder, plan, checkpoint);
        await using var watch = GuestWatch.Start(context.RequiredHost, domain, folder, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, watch.Trouble);
        try
        {
            var prepared = _clock.Lap();
            progress?.Report(new RunProgress(RunStage.TakeSnapshot, null, 0, 0, 0));
            var taker = new SnapshotTaker(context, domain, options);
            var snapshot = await taker.TakeAsync(vm.Xml.AgentChannel is not null, job.BeginAsync, either.Token).ConfigureAwait(false);
            if (options.Strict && snapshot.Reached < options.Consistency)
                throw taker.Strictly(snapshot.Reached);
            warnings.AddRange(snapshot.Warnings);
            if (IsDegraded(snapshot))
            {
                warnings.Add(AgentFaults.ConsistencyDegraded(vm.Name, SnapshotTaker.Term(options.Consistency), SnapshotTaker.Term(snapshot.Reached),
                    snapshot.WhyLower?.Code.ToString() ?? "the guest has no pre-script"));
            }

            var writer = new PointWriter(context, session, options, progress);
            _ = _clock.Lap();
            await context.Effects.RunAsync(Effect.Transfer, () => writer.WriteDisksAsync(job.Disks(), either.Token)).ConfigureAwait(false);
            var transferred = _clock.Lap();
            warnings.AddRange(writer.Warnings);

            progress?.Report(new RunProgress(RunStage.Seal, null, 0, 0, session.Statistics.StoredBytes));
            var saved = await context.Effects.RunAsync(Effect.StoreConfiguration,
                () => VmConfiguration.StoreAsync(session, domain, vm, either.Token)).ConfigureAwait(false);
            watch.CheckNow(domain);
            var details = Details(plan, snapshot, writer, checkpoint, saved);
            var point = await context.Effects.RunAsync(Effect.CommitPoint,
                () => session.CommitAsync(PointDetailsJson.Write(details), snapshot.TakenUtc, either.Token)).ConfigureAwait(false);
            job.Keep();

            await context.Effects.RunAsync(Effect.EndJob, job.EndAsync).ConfigureAwait(false);
            return new BackupResult(
                new RecoveryPoint(point, details), options.Consistency, IsDegraded(snapshot), warnings,
                new BackupTiming(_clock.Total, prepared, snapshot.Frozen, transferred, _clock.Lap()),
                writer.ReadBytes, point.Statistics.StoredBytes, point.Statistics.NewBytes);
        }
        catch (Exception e) when (e is not FaultException && watch.Trouble.IsCancellationRequested)
        {
            // The reason is what the guest or the host did, not the read that was cut off by it.
            watch.ThrowIfTroubled();
            throw;
        }
    }

    // Unasked, the best that the guest offers is wanted: a guest without scripts then misses nothing.
    private bool IsDegraded(Snapshot snapshot) =>
        snapshot.Reached < (options.ConsistencyIsExplicit ? options.Consistency : Consistency.FileSystem) && snapshot.Reached < options.Consistency;

    private PointDetails Details(BackupPlan plan, Snapshot snapshot, PointWriter writer, string? checkpoint, SavedAttachments saved) => new()
    {
        Kind = SourceKind.VirtualMachine,
        Name = vm.Name,
        Host = context.RequiredHost.HostName,
        Consistency = snapshot.Reached,
        ConsistencyReason = snapshot.WhyLower?.Code.ToString(),
        Checkpoint = checkpoint,
        Online = true,
        Disks = writer.Disks,
        Skipped = plan.Skipped,
        Note = options.Note,
        FrozenMilliseconds = snapshot.Frozen?.TotalMilliseconds,
        DomainXmlAttachment = saved.DomainXml,
        NvramAttachment = saved.Nvram,
    };
}
