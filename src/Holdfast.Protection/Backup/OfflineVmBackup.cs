using Holdfast.Faults;
using Holdfast.Libvirt;
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
        await RequireUntouchedAsync(plan, ct).ConfigureAwait(false);
        run.Capture();
        run.Warnings.Add(BackupFaults.VmStartBlocked(Name));
        // What is shut off cleanly has its file systems at rest, but nobody looked inside: as Azure does, it counts as crash-consistent.
        var snapshot = new Snapshot(run.Context.Time.GetUtcNow(), Consistency.Crash, AgentFaults.VmIsOff(Name), Frozen: null, []);
        var prepared = run.Clock.Lap();

        var writer = await run.TransferAsync(
            session, [.. plan.Disks.Select(d => new SnapshotDisk(d, daemon.Endpoint, d.Facts.Target, d.Base?.Checkpoint))], TimeSpan.Zero, ct).ConfigureAwait(false);
        var transferred = run.Clock.Lap();
        var point = await run.CommitAsync(session, writer, plan, snapshot, checkpoint: null, RequireOff, ct).ConfigureAwait(false);
        return run.ResultOf(
            point, writer, degraded: false, new BackupTiming(run.Clock.Total, prepared, null, transferred, run.Clock.Lap()));
    }

    // The plan was made before the locks were had: it may have run, and been given other disks or a snapshot, in between.
    private async Task RequireUntouchedAsync(BackupPlan plan, CancellationToken ct)
    {
        RequireOff();
        var xml = run.Domain.ReadXml(DomainXmlOptions.Inactive);
        var isSame = DiskInspection.HaveSameDisks(run.Vm.Xml, xml);
        foreach (var disk in plan.Disks.Where(_ => isSame))
        {
            var chain = await ImageInfo.ReadChainAsync(disk.Facts.SourcePath!, disk.Facts.Format, isShared: true, ct).ConfigureAwait(false);
            isSame &= disk.Facts.Chain.SequenceEqual(chain.Select(i => ImageIdentity.Of(i.Path)));
        }

        if (!isSame)
            throw new FaultException(BackupFaults.VmStartedDuringOfflineRead(Name));
    }

    private void RequireOff()
    {
        if (run.Domain.GetState().IsActive)
            throw new FaultException(BackupFaults.VmStartedDuringOfflineRead(Name));
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
                    daemon.KeepUnchanged(disk.Facts.Chain.Select(i => i.Path));
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
