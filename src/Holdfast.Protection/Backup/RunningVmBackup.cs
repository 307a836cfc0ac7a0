using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Nbd;
using Holdfast.Protection.Node;
using Holdfast.Protection.Restore;
using Holdfast.Protection.Secrets;
using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>A backup of a running VM: the order of a run's effects, and what is undone when one fails.</summary>
internal sealed class RunningVmBackup(VmRun run)
{
    private bool _isJobLeftBehind;

    private EngineContext Context => run.Context;

    private Domain Domain => run.Domain;

    private BackupOptions Options => run.Options;

    /// <summary>Runs it. The caller holds the VM's lock.</summary>
    public async Task<BackupResult> RunAsync(CancellationToken ct)
    {
        var (checkpoints, plan) = await run.PlanAsync(ct).ConfigureAwait(false);
        if (checkpoints.Stale.Count > 0)
        {
            // INV-1: no committed point stands behind them (or a newer base does), so nobody will ever read from them.
            await Context.Effects.RunAsync(Effect.DropStaleCheckpoints, async () =>
                run.Warnings.AddRange(await checkpoints.DropAsync(checkpoints.Stale).ConfigureAwait(false))).ConfigureAwait(false);
            run.Warnings.Add(BackupFaults.StaleCheckpointsCleaned(Domain.Name, checkpoints.Stale, "no point stands behind them any more"));
        }

        run.Warnings.AddRange(checkpoints.DropOrphans(run.Vm.Disks));
        await using var session = await run.OpenSessionAsync(ct).ConfigureAwait(false);
        var checkpoint = plan.HasCheckpoint ? new TrackingName(Context.RequiredVault.Id, session.PointId).ToString() : null;
        var records = new RunRecords(Context.Paths);
        var paths = QemuRuntimePaths.For(Context.RequiredHost, Context.Paths.Scratch);
        if (paths.FindObstacle() is { } obstacle)
            throw new FaultException(HostFaults.ScratchNotWritableByQemu(paths.ScratchRoot, $"QEMU's user can't pass through {obstacle}"));
        var runName = session.PointId.Value.ToString("N");
        if (Context.Journal is { } journal)
            await journal.JobIntendedAsync(Path.Combine(paths.ScratchRoot, runName), ct).ConfigureAwait(false);
        await Context.Effects.RunAsync(Effect.WriteRunRecord, () => records.Write(new RunRecord(
            Domain.Uuid, Domain.Name, Context.RequiredHost.Uri.Text, Path.Combine(paths.ScratchRoot, runName), checkpoint))).ConfigureAwait(false);
        try
        {
            var result = await WithScratchAsync(paths, runName, plan, checkpoint, session, ct).ConfigureAwait(false);
            if (checkpoint is not null)
            {
                // INV-7: the checkpoint moves last, after the point is durable.
                await Context.Effects.RunAsync(Effect.DropOldCheckpoint, async () => run.Warnings.AddRange(
                    await checkpoints.DropAsync([.. checkpoints.Ours.Except(checkpoints.Stale)]).ConfigureAwait(false))).ConfigureAwait(false);
            }

            InPlaceMark.Clear(Context.Paths, Domain.Uuid);
            return result with { Warnings = run.Warnings };
        }
        finally
        {
            // The record is what the next start ends a job by that this run couldn't end.
            if (!_isJobLeftBehind)
                await Context.Effects.RunAsync(Effect.RemoveRunRecord, () => records.Remove(Domain.Uuid)).ConfigureAwait(false);
        }
    }

    private async Task<BackupResult> WithScratchAsync(
        QemuRuntimePaths paths, string runName, BackupPlan plan, string? checkpoint, VaultSession session, CancellationToken ct)
    {
        var folder = await Context.Effects.RunAsync(
            Effect.CreateScratch, () => Task.FromResult(paths.CreateRunFolder(Domain, runName))).ConfigureAwait(false);
        try
        {
            if (folder.GetAvailableBytes() is var free && free < GuestWatch.ReserveOf(folder.FolderPath))
                throw new FaultException(HostFaults.ScratchSpaceShort(folder.FolderPath, free, GuestWatch.ReserveOf(folder.FolderPath)));
            var scratch = await ScratchFiles.PrepareAsync(Context, folder, plan, ct).ConfigureAwait(false);
            return await WithJobAsync(folder, scratch, plan, checkpoint, session, ct).ConfigureAwait(false);
        }
        finally
        {
            if (!_isJobLeftBehind)
                await Context.Effects.RunAsync(Effect.RemoveScratch, () => RemoveScratchAsync(folder, plan)).ConfigureAwait(false);
        }
    }

    private async Task RemoveScratchAsync(QemuRunFolder folder, BackupPlan plan)
    {
        folder.Dispose();
        if (!ScratchFiles.NeedSecret(plan))
            return;
        // Its value goes with libvirt's process at the latest. Where libvirt can't be reached the record stays, by which the next start undefines it.
        _isJobLeftBehind = !await DomainCleanUp.TryAsync(Context, host =>
        {
            ScratchSecret.Remove(host, folder.FolderPath);
            return Task.CompletedTask;
        }).ConfigureAwait(false);
    }

    private async Task<BackupResult> WithJobAsync(
        QemuRunFolder folder, ScratchFiles scratch, BackupPlan plan, string? checkpoint, VaultSession session, CancellationToken ct)
    {
        var job = new RunningVmJob(Context, Domain, folder, scratch, plan, checkpoint);
        try
        {
            return await ReadAsync(job, folder, plan, checkpoint, session, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (ct.IsCancellationRequested)
        {
            // Cancelled is what has stopped: while libvirt may still run the job, that isn't said.
            _isJobLeftBehind = !await job.EndAsync().ConfigureAwait(false);
            if (_isJobLeftBehind)
                throw new FaultException(HostFaults.HypervisorConnectionLost("the libvirt job of the cancelled backup couldn't be ended"), e);
            throw;
        }
        finally
        {
            if (!_isJobLeftBehind)
                _isJobLeftBehind = !await job.EndAsync().ConfigureAwait(false);
        }
    }

    private async Task<BackupResult> ReadAsync(
        RunningVmJob job, QemuRunFolder folder, BackupPlan plan, string? checkpoint, VaultSession session, CancellationToken ct)
    {
        await using var watch = GuestWatch.Start(Context.RequiredHost, Domain, folder, Context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, watch.Trouble);
        try
        {
            var prepared = run.Clock.Lap();
            run.Progress?.Report(new RunProgress(RunStage.TakeSnapshot, null, 0, 0, 0));
            var taker = new SnapshotTaker(Context, Domain, Options);
            var snapshot = await taker.TakeAsync(run.Vm.Xml.AgentChannel is not null, BeginAsync, either.Token).ConfigureAwait(false);
            if (Options.Strict && snapshot.Reached < Options.Consistency)
                throw taker.Strictly(snapshot.Reached);
            if (!DiskInspection.HaveSameDisks(run.Vm.Xml, Domain.ReadXml()))
                throw new FaultException(BackupFaults.BackupBeginFailed(run.Vm.Name, "the VM's disks were changed while the snapshot was prepared"));
            run.Warnings.AddRange(snapshot.Warnings);
            if (IsDegraded(snapshot))
            {
                run.Warnings.Add(AgentFaults.ConsistencyDegraded(
                    run.Vm.Name, SnapshotTaker.Term(Options.Consistency), SnapshotTaker.Term(snapshot.Reached),
                    snapshot.WhyLower?.Code.ToString() ?? "the guest has no pre-script"));
            }

            var writer = await run.TransferAsync(session, job.Disks(), run.Clock.Lap(), either.Token).ConfigureAwait(false);
            var transferred = run.Clock.Lap();
            var point = await run.CommitAsync(
                session, writer, plan, snapshot, checkpoint, () => watch.CheckNow(Domain), either.Token).ConfigureAwait(false);
            job.Keep();

            _isJobLeftBehind = !await Context.Effects.RunAsync(Effect.EndJob, job.EndAsync).ConfigureAwait(false);
            if (_isJobLeftBehind)
                run.Warnings.Add(BackupFaults.BackupJobLeftBehind(Domain.Name));
            return run.ResultOf(
                point, writer, IsDegraded(snapshot), new BackupTiming(run.Clock.Total, prepared, snapshot.Frozen, transferred, run.Clock.Lap()));

            async Task BeginAsync()
            {
                await job.BeginAsync().ConfigureAwait(false);
                watch.JobBegan();
                // While the guest is held.
                run.Capture();
            }
        }
        catch (Exception e) when (e is not FaultException && !ct.IsCancellationRequested && (e is NbdException or LibvirtException || watch.Trouble.IsCancellationRequested))
        {
            // The reason is what the guest or the host did, not the read that was cut off by it.
            await watch.ThrowReasonAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Unasked, the best that the guest offers is wanted: a guest without scripts then misses nothing.
    private bool IsDegraded(Snapshot snapshot) =>
        snapshot.Reached < (Options.ConsistencyIsExplicit ? Options.Consistency : Consistency.FileSystem) && snapshot.Reached < Options.Consistency;
}
