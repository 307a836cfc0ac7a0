using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Backup;

/// <summary>
/// INV-6: the guest comes first. While a job runs, libvirt's events, the domain's state and the scratch file system are watched;
/// when the guest is about to suffer, or has, the run is cancelled with the reason, and never commits as healthy.
/// </summary>
internal sealed class GuestWatch : IAsyncDisposable
{
    private const long ReserveMin = 16L << 20;
    private const long ReserveMax = 1L << 30;
    private static readonly TimeSpan SpacePoll = TimeSpan.FromMilliseconds(50);
    private readonly string _vm;
    private readonly Domain _domain;
    private readonly QemuRunFolder _folder;
    private readonly long _reserve;
    private readonly EventSubscription _events;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _trouble = new();
    private readonly Task _watching;
    private Fault? _fault;

    private GuestWatch(LibvirtConnection host, Domain domain, QemuRunFolder folder, TimeProvider time)
    {
        _vm = domain.Name;
        _domain = domain;
        _folder = folder;
        _reserve = ReserveOf(folder.FolderPath);
        _events = host.Subscribe(DomainEventKinds.Lifecycle | DomainEventKinds.IoError | DomainEventKinds.JobCompleted, domain);
        _watching = Task.WhenAll(WatchEventsAsync(), WatchSpaceAsync(time));
    }

    /// <summary>Cancelled when the run must end.</summary>
    public CancellationToken Trouble => _trouble.Token;

    /// <summary>Begins to watch, before the job begins.</summary>
    public static GuestWatch Start(LibvirtConnection host, Domain domain, QemuRunFolder folder, TimeProvider time) => new(host, domain, folder, time);

    /// <summary>The free space below which a job on this scratch folder is ended: a quarter, within bounds.</summary>
    public static long ReserveOf(string folder) => Math.Clamp(new DriveInfo(folder).TotalSize / 4, ReserveMin, ReserveMax);

    /// <summary>Throws what was seen.</summary>
    /// <exception cref="FaultException">Something was.</exception>
    public void ThrowIfTroubled()
    {
        if (Volatile.Read(ref _fault) is { } fault)
            throw new FaultException(fault);
    }

    /// <summary>The present look before the commit: events could still be on their way.</summary>
    public void CheckNow(Domain domain)
    {
        if (!domain.GetState().IsActive)
            Raise(BackupFaults.VmStoppedDuringBackup(_vm, "it isn't running any more"));
        else if (domain.GetDiskErrors() is [var error, ..])
            Raise(BackupFaults.GuestIoError(_vm, error.Target, error.IsNoSpace ? "no space left" : "I/O error"));
        else if (!JobOwner.IsOurs(domain, _folder.FolderPath))
            Raise(BackupFaults.BackupJobEndedEarly(_vm, "libvirt has no such job any more"));
        ThrowIfTroubled();
    }

    /// <summary>Stops watching.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _events.Dispose();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _trouble.Dispose();
    }

    private async Task WatchEventsAsync()
    {
        await foreach (var seen in _events.ReadAllAsync(_stop.Token).ConfigureAwait(false))
        {
            var fault = seen switch
            {
                DomainIoErrorEvent e => BackupFaults.GuestIoError(_vm, e.DeviceAlias, e.IsNoSpace ? "no space left" : "I/O error"),
                DomainLifecycleEvent { Kind: DomainLifecycleKind.Stopped } => BackupFaults.VmStoppedDuringBackup(_vm, "it was stopped"),
                // A VM that stops ends its job first; what happened is the stop.
                DomainJobCompletedEvent when !_domain.GetState().IsActive => BackupFaults.VmStoppedDuringBackup(_vm, "it was stopped"),
                DomainJobCompletedEvent e => BackupFaults.BackupJobEndedEarly(_vm, e.Statistics.ErrorMessage ?? e.Statistics.Type.ToString()),
                ConnectionClosedEvent e => HostFaults.HypervisorConnectionLost(e.Reason.ToString()),
                _ => null,
            };
            if (fault is not null)
                Raise(fault);
        }
    }

    private async Task WatchSpaceAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(SpacePoll, time);
        while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
        {
            var free = _folder.GetAvailableBytes();
            if (free < _reserve)
                Raise(BackupFaults.ScratchReserveReached(_vm, _folder.FolderPath, free, _reserve));
        }
    }

    private void Raise(Fault fault)
    {
        if (Interlocked.CompareExchange(ref _fault, fault, null) is null)
            _trouble.Cancel();
    }
}
