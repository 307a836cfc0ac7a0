using Holdfast.Faults;
using Holdfast.Protection.Node;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Backup;

/// <summary>
/// A backup of a VM that is shut off. Its images are opened with QEMU's locks, so that the VM can't start meanwhile, and the VM is
/// then seen to be still off. An offline point moves no checkpoint: the chain of the running VM stays as it is.
/// </summary>
internal sealed class OfflineVmBackup(VmRun run)
{
    private string Name => run.Vm.Name;

    /// <summary>Runs it. The caller holds the VM's lock.</summary>
    public async Task<BackupResult> RunAsync(CancellationToken ct)
    {
        // The guest's memory waits for exactly these disks: a point of them alone would be of a machine that never was.
        if (run.Domain.HasManagedSave)
            throw new FaultException(BackupFaults.VmStateUnsuitable(Name, "managed save"));
        var (_, plan) = await run.PlanAsync(ct).ConfigureAwait(false);
        await using var session = await run.OpenSessionAsync(ct).ConfigureAwait(false);
        await using var daemon = await OpenAsync(plan, ct).ConfigureAwait(false);
        if (run.Domain.GetState().IsActive)
            throw new FaultException(BackupFaults.VmStartedDuringOfflineRead(Name));
        run.Vm.Tpm?.Capture();
        run.Warnings.Add(BackupFaults.VmStartBlocked(Name));
        // What is shut off cleanly has its file systems at rest, but nobody looked inside: as Azure does, it counts as crash-consistent.
        var snapshot = new Snapshot(run.Context.Time.GetUtcNow(), Consistency.Crash, AgentFaults.VmIsOff(Name), Frozen: null, []);
        var prepared = run.Clock.Lap();

        var writer = await run.TransferAsync(
            session, [.. plan.Disks.Select(d => new SnapshotDisk(d, daemon.Endpoint, d.Facts.Target, d.Base?.Checkpoint))], TimeSpan.Zero, ct).ConfigureAwait(false);
        var transferred = run.Clock.Lap();
        var point = await run.CommitAsync(session, writer, plan, snapshot, checkpoint: null, () => { }, ct).ConfigureAwait(false);
        return run.ResultOf(
            point, writer, degraded: false, new BackupTiming(run.Clock.Total, prepared, null, transferred, run.Clock.Lap()));
    }

    private async Task<StorageDaemon> OpenAsync(BackupPlan plan, CancellationToken ct)
    {
        var daemon = await StorageDaemon.StartAsync(ct).ConfigureAwait(false);
        try
        {
            await run.Context.Effects.RunAsync(Effect.OpenImage, async () =>
            {
                foreach (var disk in plan.Disks)
                {
                    var node = "disk-" + disk.Facts.Target;
                    await daemon.OpenImageAsync(
                        node, disk.Facts.SourcePath!, disk.Facts.Format!, writable: false, ct, run.Vm.EncryptionOf(disk.Facts)).ConfigureAwait(false);
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
                ? run.Domain.GetState().IsActive ? BackupFaults.VmStartedDuringOfflineRead(Name) : BackupFaults.ImageInUse(Name, refused.Message)
                : BackupFaults.ImageUnreadable(Name, refused.Message), e);
        }
    }
}
