using Holdfast.Faults;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Node;

/// <summary>The one way to a host's libvirt: what can't be used is refused, with its fault.</summary>
public static class HostOpening
{
    /// <summary>The first release of libvirt whose QEMU driver offers backup jobs and checkpoints without a switch in its configuration.</summary>
    public static readonly LibvirtVersion MinimumVersion = new(7, 6, 0);

    // A daemon that is stopped, not dead, is given up after half a minute; one that is only busy answers these at once.
    private const int KeepAliveSeconds = 5;
    private const int KeepAliveCount = 6;

    /// <summary>Connects to libvirt at <paramref name="uri"/>. A libvirt that falls silent later counts as lost after half a minute.</summary>
    /// <exception cref="FaultException">The URI is remote, libvirt can't be reached, refuses this account, or is too old.</exception>
    public static async Task<LibvirtConnection> OpenAsync(LibvirtUri uri, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (uri.IsRemote)
            throw new FaultException(HostFaults.RemoteUriUnsupported(uri.Text));
        LibvirtConnection host;
        try
        {
            host = await LibvirtConnection.OpenAsync(uri, readOnly: false, ct).ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            throw new FaultException(WhyNotOpened(uri, e), e);
        }

        if (ObstacleOf(host.DaemonVersion) is not { } obstacle)
        {
            KeepAlive(host);
            return host;
        }

        host.Dispose();
        throw new FaultException(obstacle);
    }

    /// <summary>Why libvirt couldn't be connected to: it refuses this account, or isn't reached.</summary>
    internal static Fault WhyNotOpened(LibvirtUri uri, LibvirtException e) =>
        e.Code is LibvirtErrorCode.AccessDenied or LibvirtErrorCode.AuthFailed or LibvirtErrorCode.AuthCancelled
            or LibvirtErrorCode.AuthUnavailable or LibvirtErrorCode.OperationDenied
            ? HostFaults.HypervisorPermissionDenied(uri.Text, e.Message) : HostFaults.HypervisorUnreachable(uri.Text, e.Message);

    /// <summary>Lets a libvirt that falls silent count as lost after half a minute.</summary>
    internal static void KeepAlive(LibvirtConnection host) => host.TrySetKeepAlive(KeepAliveSeconds, KeepAliveCount);

    /// <summary>Why a libvirt of this version won't do, or null where it does.</summary>
    public static Fault? ObstacleOf(LibvirtVersion version) =>
        version < MinimumVersion ? HostFaults.HypervisorTooOld(version.ToString(), MinimumVersion.ToString()) : null;
}
