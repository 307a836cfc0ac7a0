using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Nbd;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Backup;

/// <summary>libvirt's pull-mode backup job on a running domain, from its folder to its end.</summary>
internal sealed class RunningVmJob(EngineContext context, Domain domain, QemuRunFolder folder, ScratchFiles scratch, BackupPlan plan, string? checkpoint)
{
    private static readonly TimeSpan DropPatience = TimeSpan.FromSeconds(60);
    private IReadOnlyList<DiskPlan> _disks = plan.Disks;
    private bool _mayRun;
    private bool _hasLooseCheckpoint;

    /// <summary>Begins the job and makes the checkpoint: the instant that all disks are of.</summary>
    /// <exception cref="FaultException">libvirt refuses.</exception>
    public async Task BeginAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await context.Effects.RunAsync(Effect.BackupBegin, async () =>
                {
                    // Set beforehand, and kept: where the connection breaks, or the checkpoint can't be written down, libvirt may have begun
                    // all the same. Undoing asks libvirt itself, and does nothing where nothing was begun.
                    _mayRun = true;
                    _hasLooseCheckpoint = checkpoint is not null;
                    await domain.BackupBeginAsync(JobXml(), CheckpointXmlOrNull(), BackupBeginOptions.ReuseExternal, CancellationToken.None).ConfigureAwait(false);
                }).ConfigureAwait(false);
                return;
            }
            // A bitmap that went bad since it was looked at: that disk alone is read whole, in the same job, at one instant.
            catch (LibvirtException e) when (attempt < _disks.Count && CheckpointInconsistency.TryRead(e, out var broken)
                && _disks.Any(d => d.Facts.Target == broken.DiskTarget && d.Base is not null))
            {
                _disks = [.. _disks.Select(d => d.Facts.Target == broken.DiskTarget
                    ? d.ReadWhole(BackupFaults.ChangeTrackingLost(d.Facts.Target, "its dirty bitmap is missing or broken")) : d)];
            }
            catch (LibvirtException e) when (!e.IsConnectionLost)
            {
                throw new FaultException(Explain(e), e);
            }
        }
    }

    /// <summary>The exports to read.</summary>
    public IReadOnlyList<SnapshotDisk> Disks() => [.. _disks.Select(d => new SnapshotDisk(
        d, NbdEndpoint.Unix(folder.SocketPath), d.Facts.Target, d.Base is null ? null : BitmapOf(d)))];

    /// <summary>The point is committed: the checkpoint stands for it.</summary>
    public void Keep() => _hasLooseCheckpoint = false;

    /// <summary>Ends the job if it runs, waits until libvirt is done with its files, and drops a checkpoint that no point stands behind. May be called again.</summary>
    /// <returns>False: libvirt couldn't be reached in time, or QEMU hangs. What they hold is left to the next start, and its files must stay.</returns>
    public async Task<bool> EndAsync()
    {
        if (_mayRun)
            _mayRun = !await DomainCleanUp.TryAsync(context, domain, UndoAsync).ConfigureAwait(false);
        return !_mayRun;
    }

    private async Task UndoAsync(Domain reached)
    {
        await JobOwner.EndAsync(reached, folder.FolderPath, CancellationToken.None).ConfigureAwait(false);
        JobOwner.ResumeAfterIoError(reached);
        if (!_hasLooseCheckpoint)
            return;
        try
        {
            using var loose = reached.FindCheckpoint(checkpoint!);
            using var limit = new CancellationTokenSource(DropPatience);
            if (loose is not null)
                await loose.DeleteAsync(CheckpointDeleteOptions.None, limit.Token).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            // The domain is off or its bitmaps are gone: the next run drops it, as no point stands behind it.
        }
    }

    private BackupXml JobXml() => new()
    {
        SocketPath = folder.SocketPath,
        Disks =
        [
            .. _disks.Select(d => new BackupDiskXml
            {
                Target = d.Facts.Target,
                Mode = d.Base is null ? BackupDiskMode.Full : BackupDiskMode.Incremental,
                IncrementalCheckpoint = d.Base?.Checkpoint,
                ExportName = d.Facts.Target,
                ExportBitmap = d.Base is null ? null : BitmapOf(d),
                ScratchPath = folder.ScratchPath(d.Facts.Target),
                ScratchSecret = scratch.SecretOf(d),
            }),
            .. plan.Skipped.Select(s => new BackupDiskXml { Target = s.Target, IsIncluded = false }),
        ],
    };

    private CheckpointXml? CheckpointXmlOrNull() => checkpoint is null ? null : new CheckpointXml
    {
        Name = checkpoint,
        Description = "Holdfast",
        Disks =
        [
            .. _disks.Select(d => new CheckpointDiskXml { Target = d.Facts.Target, IsTracked = d.IsTracked }),
            .. plan.Skipped.Select(s => new CheckpointDiskXml { Target = s.Target, IsTracked = false }),
        ],
    };

    private Fault Explain(LibvirtException e) => e.Code switch
    {
        LibvirtErrorCode.OperationTimeout => BackupFaults.OperationInProgress(domain.Name, "libvirt"),
        _ when e.Message.Contains("Permission denied", StringComparison.Ordinal) => HostFaults.ScratchNotWritableByQemu(folder.FolderPath, e.Message),
        _ => BackupFaults.BackupBeginFailed(domain.Name, e.Message),
    };

    private static string BitmapOf(DiskPlan disk) => "backup-" + disk.Facts.Target;
}
