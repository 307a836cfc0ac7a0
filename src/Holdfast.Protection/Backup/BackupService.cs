using Holdfast.Faults;
using Holdfast.Protection.Node;
using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>Backs up VMs and disk images into the vault.</summary>
/// <param name="context">The node.</param>
public sealed class BackupService(EngineContext context)
{
    /// <summary>Backs up a VM.</summary>
    /// <param name="vm">Its UUID.</param>
    /// <param name="options">What is asked.</param>
    /// <param name="progress">Told how far the run is.</param>
    /// <param name="ct">Cancels until the commit begins; a cancelled run leaves the guest, libvirt and the vault as they were.</param>
    /// <exception cref="FaultException">The run failed, and left the earlier points and their chain as they were.</exception>
    public Task<BackupResult> BackupVmAsync(Guid vm, BackupOptions options, IProgress<RunProgress>? progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(options);
        return FaultMapping.GuardAsync(() => RunVmAsync(vm, options, progress, ct), FaultSubject.OfVm(vm.ToString(), "backup"));
    }

    /// <summary>Backs up a disk image that no VM uses.</summary>
    /// <param name="path">The image file.</param>
    /// <param name="name">The name that its points go by; null for its path.</param>
    /// <param name="format">raw or qcow2; null lets it be probed, which refuses images that name other files.</param>
    /// <param name="options">What is asked.</param>
    /// <param name="progress">Told how far the run is.</param>
    /// <param name="ct">Cancels until the commit begins.</param>
    /// <exception cref="FaultException">The run failed.</exception>
    public Task<BackupResult> BackupImageAsync(
        string path, string? name, string? format, BackupOptions options, IProgress<RunProgress>? progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(options);
        return FaultMapping.GuardAsync(
            () => new ImageBackup(context, options, progress).RunAsync(path, name, format, ct), new FaultSubject { Disk = path, Path = path });
    }

    private async Task<BackupResult> RunVmAsync(Guid uuid, BackupOptions options, IProgress<RunProgress>? progress, CancellationToken ct)
    {
        var host = context.RequiredHost;
        using var domain = host.FindDomain(uuid) ?? throw new FaultException(BackupFaults.VmNotFound(uuid.ToString(), host.Uri.Text));
        using var held = VmLock.Acquire(context.Paths, uuid, domain.Name);
        progress?.Report(new RunProgress(RunStage.Prepare, null, 0, 0, 0));
        List<Fault> warnings = [.. await new NodeRecovery(context).RecoverRunAsync(uuid, ct).ConfigureAwait(false)];
        await VaultFill.RequireRoomAsync(context, ct).ConfigureAwait(false);
        // After a power cut only the heartbeat tells that an earlier run is dead. That takes its time, which the backup doesn't wait for.
        await using var watch = await context.RequiredVault.WatchSilentSessionsAsync(
            new DeadSessionOptions { Source = new SourceId(uuid), WatchHeartbeats = true }, ct).ConfigureAwait(false);
        using var vm = await VmInspection.InspectAsync(host, domain, options.ExcludedDisks, ct).ConfigureAwait(false);
        var run = new VmRun(context, domain, vm, options, progress, warnings);
        var result = vm.IsOnline
            ? await new RunningVmBackup(run).RunAsync(ct).ConfigureAwait(false) : await new OfflineVmBackup(run).RunAsync(ct).ConfigureAwait(false);
        result = await new PointFinish(context, options, progress).FinishAsync(result, ct).ConfigureAwait(false);
        return Health.SlowJobs.Judge(Health.SlowJobs.TimesOf(result), options.SlowAfter ?? TimeSpan.MaxValue) is { } slow
            ? result with { Warnings = [.. result.Warnings, slow] } : result;
    }
}
