using System.Globalization;
using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Libvirt;
using Holdfast.Nbd;
using Holdfast.Protection.Sources;
using Holdfast.Vault;

namespace Holdfast.Protection;

/// <summary>
/// Turns the typed exceptions of the rooms below into faults of the catalogue. The one place that does: a service catches nothing
/// that it can't handle, and lets this map the rest. What no fault stands for (a bug) passes as it is.
/// </summary>
public static class FaultMapping
{
    private const int Enospc = 28;
    private const int Edquot = 122;
    private const string NoSpace = "No space left on device";

    /// <summary>Runs <paramref name="action"/>; what it throws leaves as a <see cref="FaultException"/> where there is a fault for it.</summary>
    public static async Task GuardAsync(Func<Task> action, FaultSubject subject)
    {
        ArgumentNullException.ThrowIfNull(action);
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (Exception e) when (ToFault(e, subject) is { } fault)
        {
            throw new FaultException(fault, e);
        }
    }

    /// <summary>Runs <paramref name="action"/> and hands on what it returns; see <see cref="GuardAsync(Func{Task}, FaultSubject)"/>.</summary>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> action, FaultSubject subject)
    {
        ArgumentNullException.ThrowIfNull(action);
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (Exception e) when (ToFault(e, subject) is { } fault)
        {
            throw new FaultException(fault, e);
        }
    }

    /// <summary>Runs <paramref name="action"/>; see <see cref="GuardAsync(Func{Task}, FaultSubject)"/>.</summary>
    public static void Guard(Action action, FaultSubject subject)
    {
        ArgumentNullException.ThrowIfNull(action);
        try
        {
            action();
        }
        catch (Exception e) when (ToFault(e, subject) is { } fault)
        {
            throw new FaultException(fault, e);
        }
    }

    /// <summary>Runs <paramref name="action"/> and hands on what it returns; see <see cref="GuardAsync(Func{Task}, FaultSubject)"/>.</summary>
    public static T Guard<T>(Func<T> action, FaultSubject subject)
    {
        ArgumentNullException.ThrowIfNull(action);
        try
        {
            return action();
        }
        catch (Exception e) when (ToFault(e, subject) is { } fault)
        {
            throw new FaultException(fault, e);
        }
    }

    /// <summary>
    /// The fault that an exception stands for; null for cancellation, for what is a fault already, and for bugs.
    /// </summary>
    public static Fault? ToFault(Exception exception, FaultSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return exception switch
        {
            VaultException e => OfVault(e, subject),
            LibvirtException e => OfLibvirt(e, subject),
            NbdException e => OfNbd(e, subject),
            GuestAgentException e => OfAgent(e, subject),
            StorageDaemonException e => OfStorageDaemon(e, subject),
            IOException or UnauthorizedAccessException when subject.Path is { } path => OfFile(exception, path),
            _ => null,
        };
    }

    /// <summary>That an immutable vault keeps a point.</summary>
    public static Fault OfLocked(string point, DateTimeOffset until) =>
        VaultFaults.PointLocked(point, until.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture));

    private static Fault OfVault(VaultException e, FaultSubject s)
    {
        var place = s.VaultPlace.Length > 0 ? s.VaultPlace : e.Place ?? "";
        return e.Kind switch
        {
            VaultErrorKind.WrongKey => VaultFaults.VaultWrongKey(place),
            VaultErrorKind.AlreadyExists => VaultFaults.VaultAlreadyExists(place),
            VaultErrorKind.NotAVault => VaultFaults.NotAVault(place),
            VaultErrorKind.Damaged when s.Point.Length > 0 => VaultFaults.PointDamaged(s.Point, e.Message),
            VaultErrorKind.Damaged => VaultFaults.VaultObjectDamaged(e.ObjectName ?? "", e.Message),
            VaultErrorKind.NoSpace => VaultFaults.VaultFull(place),
            VaultErrorKind.PermissionDenied => VaultFaults.VaultNotWritable(place, e.Message),
            VaultErrorKind.Unsupported => VaultFaults.VaultFormatUnsupported(place, e.Message),
            VaultErrorKind.PointNotFound => VaultFaults.PointNotFound(s.Vm, s.Point),
            VaultErrorKind.PointProtected => VaultFaults.PointProtected(s.Point, e.Message),
            VaultErrorKind.PointLocked => OfLocked(s.Point, e.Until ?? DateTimeOffset.MaxValue),
            VaultErrorKind.LockedForGood => VaultFaults.VaultLockedForGood(place, e.Message),
            VaultErrorKind.KeysRenewed => VaultFaults.VaultBusy(place, e.Message),
            VaultErrorKind.SessionRevoked => VaultFaults.VaultSessionRevoked(s.Point),
            VaultErrorKind.AttachmentNotFound => VaultFaults.PointDamaged(s.Point, e.Message),
            VaultErrorKind.LastKeySlot => VaultFaults.LastKeySlot(e.ObjectName ?? ""),
            VaultErrorKind.KeySlotNotFound => VaultFaults.KeySlotNotFound(e.ObjectName ?? ""),
            VaultErrorKind.Conflict => VaultFaults.VaultBusy(place, e.Message),
            VaultErrorKind.StoreUnfit => VaultFaults.VaultStoreUnfit(place, e.Message),
            VaultErrorKind.Unavailable => VaultFaults.VaultStoreUnavailable(place, e.Message),
            VaultErrorKind.NotAuthenticated => VaultFaults.VaultStoreNotAuthenticated(place, e.Message),
            VaultErrorKind.NotTrusted => NetworkFaults.TlsNotTrusted(place, e.Message),
            VaultErrorKind.StoreMissing => VaultFaults.VaultStoreMissing(place, e.Message),
            VaultErrorKind.PlaceInvalid => VaultFaults.VaultPlaceInvalid(e.Message),
            VaultErrorKind.Retained => VaultFaults.VaultObjectRetained(place, e.Message),
            _ => VaultFaults.VaultIoFailed(place, e.Message),
        };
    }

    private static Fault OfLibvirt(LibvirtException e, FaultSubject s) => e.Code switch
    {
        _ when e.IsConnectionLost => HostFaults.HypervisorConnectionLost(e.Message),
        LibvirtErrorCode.NoDomain => BackupFaults.VmNotFound(s.Vm, ""),
        LibvirtErrorCode.AgentUnresponsive or LibvirtErrorCode.AgentUnsynced => AgentFaults.AgentNotConnected(s.Vm),
        LibvirtErrorCode.AccessDenied or LibvirtErrorCode.AuthFailed or LibvirtErrorCode.AuthCancelled or LibvirtErrorCode.AuthUnavailable
            or LibvirtErrorCode.OperationDenied => HostFaults.HypervisorPermissionDenied("", e.Message),
        LibvirtErrorCode.OperationTimeout or LibvirtErrorCode.ResourceBusy => BackupFaults.DomainJobActive(s.Vm, e.Message),
        _ => HostFaults.HypervisorOperationFailed(s.Operation.Length > 0 ? s.Operation : e.Call, e.Message),
    };

    private static Fault OfNbd(NbdException e, FaultSubject s) => e.Kind switch
    {
        NbdErrorKind.ServerError when s.IsTarget && e.ServerErrno == Enospc => RestoreFaults.TargetWriteFailed(s.Path ?? "", NoSpace),
        _ when s.IsTarget => RestoreFaults.TargetWriteFailed(s.Path ?? "", e.Message),
        NbdErrorKind.ProtocolViolation or NbdErrorKind.HandshakeFailed => BackupFaults.NbdProtocolViolation(s.Disk, e.Message),
        _ => BackupFaults.DiskReadFailed(s.Disk, e.Message),
    };

    private static Fault OfAgent(GuestAgentException e, FaultSubject s) => e.Kind switch
    {
        GuestAgentErrorKind.NotConfigured => AgentFaults.AgentChannelMissing(s.Vm),
        GuestAgentErrorKind.NotConnected => AgentFaults.AgentNotConnected(s.Vm),
        GuestAgentErrorKind.DomainNotRunning => AgentFaults.VmIsOff(s.Vm),
        GuestAgentErrorKind.CommandNotFound or GuestAgentErrorKind.CommandDisabled => AgentFaults.AgentCommandDisabled(s.Vm, [s.Operation]),
        GuestAgentErrorKind.FrozenState => AgentFaults.AlreadyFrozen(s.Vm),
        _ => AgentFaults.AgentCommandFailed(s.Vm, s.Operation, e.Message),
    };

    private static Fault OfStorageDaemon(StorageDaemonException e, FaultSubject s) => e switch
    {
        { InnerException: System.ComponentModel.Win32Exception } => HostFaults.ToolMissing("setpriv", "util-linux"),
        // setpriv(1) says so when the program that it is to run isn't there.
        _ when e.Message.Contains("setpriv: failed to execute", StringComparison.Ordinal) =>
            HostFaults.ToolMissing("qemu-img, qemu-storage-daemon", "qemu-utils, qemu-system-common"),
        _ when s.IsTarget => RestoreFaults.TargetWriteFailed(s.Path ?? "", e.Message),
        { IsLocked: true } => BackupFaults.ImageInUse(s.Path ?? s.Disk, e.Message),
        { IsMissing: true } => BackupFaults.ImageNotFound(s.Path ?? s.Disk),
        _ => BackupFaults.ImageUnreadable(s.Path ?? s.Disk, e.Message),
    };

    private static Fault OfFile(Exception e, string path) => e switch
    {
        // .NET keeps errno in HResult for errors that have no type of their own.
        { HResult: Enospc or Edquot } => RestoreFaults.TargetWriteFailed(path, NoSpace),
        UnauthorizedAccessException => RestoreFaults.TargetNotWritable(path, e.Message),
        DirectoryNotFoundException => RestoreFaults.TargetFolderNotFound(path),
        _ => RestoreFaults.TargetWriteFailed(path, e.Message),
    };
}
