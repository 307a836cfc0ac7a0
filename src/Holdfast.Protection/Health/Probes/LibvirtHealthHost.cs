using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Health.Probes;

/// <summary>A hypervisor, and this node's folders for it.</summary>
internal sealed class LibvirtHealthHost(HealthHostAddress host, NodePaths paths, HealthOptions options) : IHealthHost
{
    // Half of what a run allows: whoever examines waits for the answer.
    private const int KeepAliveSeconds = 5;
    private const int KeepAliveCount = 3;
    private static readonly LibvirtVersion Oldest = new(9, 0, 0);
    private static readonly (string Tool, string Package)[] Tools =
        [("qemu-img", "qemu-utils"), ("qemu-storage-daemon", "qemu-system-common"), ("setpriv", "util-linux")];
    private LibvirtConnection? _connection;

    public string Name => host.Name;

    public async Task<IReadOnlyList<IVmProbe>> OpenAsync(Func<VmIdentity, bool> wanted, CancellationToken ct)
    {
        var address = LibvirtUri.Resolve(host.Uri);
        if (address.IsRemote)
            throw new FaultException(HostFaults.RemoteUriUnsupported(address.Text));
        try
        {
            var connection = _connection = await (host.ConnectAsync?.Invoke(ct) ?? ConnectAsync(address, ct)).ConfigureAwait(false);
            return await OnThreadAsync<IReadOnlyList<IVmProbe>>(() => List(connection, wanted), ct).ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            throw new FaultException(HostOpening.WhyNotOpened(address, e), e);
        }
    }

    public Task<HostLook> LookAsync(CancellationToken ct) => OnThreadAsync(() =>
    {
        var connection = _connection ?? throw new InvalidOperationException("It isn't open.");
        var version = connection.DaemonVersion;
        var scratch = QemuRuntimePaths.For(connection, paths.Scratch);
        return new HostLook(
            version.ToString(), version < Oldest, scratch.ScratchRoot, scratch.GetAvailableBytes(), GuestWatch.ReserveOf(Existing(scratch.ScratchRoot)),
            scratch.FindObstacle(), [.. Tools.Where(t => !IsInstalled(t.Tool))]);
    }, ct);

    private static async Task<LibvirtConnection> ConnectAsync(LibvirtUri address, CancellationToken ct)
    {
        var connection = await LibvirtConnection.OpenAsync(address, readOnly: false, ct).ConfigureAwait(false);
        connection.TrySetKeepAlive(KeepAliveSeconds, KeepAliveCount);
        return connection;
    }

    // Closing a connection while libvirt's event loop runs is what crashed in libvirt 9.0: it is left to the end of the process.
    public void Dispose()
    {
    }

    private List<IVmProbe> List(LibvirtConnection connection, Func<VmIdentity, bool> wanted)
    {
        var probes = new List<IVmProbe>();
        foreach (var domain in connection.ListDomains())
        {
            if (wanted(new VmIdentity(domain.Uuid, domain.Name)))
                probes.Add(new LibvirtVmProbe(connection, domain, paths, options));
            else
                domain.Dispose();
        }

        return probes;
    }

    private static bool IsInstalled(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':')
        .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, tool)));

    private static string Existing(string folder)
    {
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } above)
            folder = above;
        return folder;
    }

    private static Task<T> OnThreadAsync<T>(Func<T> ask, CancellationToken ct) =>
        Task.Factory.StartNew(ask, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(ct);
}
