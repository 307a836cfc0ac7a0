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
    private static readonly TimeSpan ReasonPatience = TimeSpan.FromSeconds(2);
    private readonly TimeProvider _time;
    private readonly string _vm;
    private readonly Domain _domain;
    private readonly QemuRunFolder _folder;
    private readonly long _reserve;
    private readonly EventSubscription _events;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _trouble = new();
    private readonly Task _watching;
    private volatile bool _hasJob;
    private Fault? _fault;
    private Fault? _jobEnd;

    private GuestWatch(LibvirtConnection host, Domain domain, QemuRunFolder folder, TimeProvider time)
    {
        _time = time;
        _vm = domain.Name;
        _domain = domain;
        _folder = folder;
        _reserve = ReserveOf(folder.FolderPath);
        _events = host.Subscribe(DomainEventKinds.Lifecycle | DomainEventKinds.IoError | DomainEventKinds.JobCompleted, domain);
        _watching = Task.WhenAll(WatchEventsAsync(), WatchSpaceAsync());
    }

    /// <summary>Cancelled when the run must end.</summary>
    public CancellationToken Trouble => _trouble.Token;

    /// <summary>Begins to watch, before the job begins.</summary>
    public static GuestWatch Start(LibvirtConnection host, Domain domain, QemuRunFolder folder, TimeProvider time) => new(host, domain, folder, time);

    /// <summary>The job has begun. Until then it is another's that ends: libvirt lets ours wait for it.</summary>
    public void JobBegan() => _hasJob = true;

    /// <summary>The free space below which a job on this scratch folder is ended: a quarter, within bounds.</summary>
    public static long ReserveOf(string folder) => Math.Clamp(new DriveInfo(folder).TotalSize / 4, ReserveMin, ReserveMax);

    /// <summary>Throws the reason for a failure, if the guest or the host is it.</summary>
    /// <remarks>A read that is cut off, and a job that ends, come a moment before libvirt tells that the VM stops.</remarks>
    /// <exception cref="FaultException">It is.</exception>
    public async Task ThrowReasonAsync()
    {
        var started = _time.GetTimestamp();
        while (Volatile.Read(ref _fault) is null && _time.GetElapsedTime(started) < ReasonPatience)
        {
            if (IsStopping(_domain))
                Raise(BackupFaults.VmStoppedDuringBackup(_vm, "it was stopped"));
            else
                await Task.Delay(SpacePoll, _time).ConfigureAwait(false);
        }

        ThrowIfTroubled();
    }

    /// <summary>The present look before the commit: events could still be on their way.</summary>
    public void CheckNow(Domain domain)
    {
        if (IsStopping(domain))
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
                ConnectionClosedEvent e => HostFaults.HypervisorConnectionLost(e.Reason.ToString()),
                _ => null,
            };
            if (fault is not null)
            {
                Raise(fault);
            }
            else if (seen is DomainJobCompletedEvent job && IsJobOver())
            {
                // A VM that stops ends its job first; what happened is the stop, which is still to come.
                Volatile.Write(ref _jobEnd, BackupFaults.BackupJobEndedEarly(_vm, job.Statistics.ErrorMessage ?? job.Statistics.Type.ToString()));
                await _trouble.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task WatchSpaceAsync()
    {
        using var timer = new PeriodicTimer(SpacePoll, _time);
        while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
        {
            var free = _folder.GetAvailableBytes();
            if (free < _reserve)
                Raise(BackupFaults.ScratchReserveReached(_vm, _folder.FolderPath, free, _reserve));
        }
    }

    // The event doesn't say whose job it was, and that of the one before may come late.
    private bool IsJobOver()
    {
        try
        {
            return _hasJob && !JobOwner.IsOurs(_domain, _folder.FolderPath);
        }
        catch (LibvirtException)
        {
            // It can't be asked any more: the job isn't in its way.
            return _hasJob;
        }
    }

    private static bool IsStopping(Domain domain)
    {
        try
        {
            return domain.GetState() is { IsActive: false } or { State: DomainState.ShuttingDown };
        }
        catch (LibvirtException e) when (e.IsNotFound)
        {
            return true;
        }
    }

    private void ThrowIfTroubled()
    {
        if ((Volatile.Read(ref _fault) ?? Volatile.Read(ref _jobEnd)) is { } fault)
            throw new FaultException(fault);
    }

    private void Raise(Fault fault)
    {
        if (Interlocked.CompareExchange(ref _fault, fault, null) is null)
            _trouble.Cancel();
    }
}
