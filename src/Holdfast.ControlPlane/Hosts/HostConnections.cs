using System.Collections.Concurrent;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>This node's connections to libvirt, one a host, made again when one is lost.</summary>
public sealed class HostConnections : IDisposable
{
    private readonly ConcurrentDictionary<Guid, LibvirtConnection> _connections = [];
    private readonly SemaphoreSlim _connecting = new(1);

    /// <summary>The connection to a host.</summary>
    /// <exception cref="FaultException">libvirt can't be reached, or is remote.</exception>
    public async Task<LibvirtConnection> GetAsync(HostRow host, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (Living(host) is { } known)
            return known;
        await _connecting.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return Living(host) ?? (_connections[host.HostId] = await ConnectAsync(host.Uri, ct).ConfigureAwait(false));
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>Connects for once, to try a URI.</summary>
    /// <exception cref="FaultException">libvirt can't be reached, or is remote.</exception>
    public static Task<LibvirtConnection> ConnectAsync(string text, CancellationToken ct) => HostOpening.OpenAsync(LibvirtUri.Parse(text), ct);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var connection in _connections.Values)
            connection.Dispose();
        _connecting.Dispose();
    }

    private LibvirtConnection? Living(HostRow host) =>
        _connections.TryGetValue(host.HostId, out var known) && known.IsAlive && known.Uri.Text == host.Uri ? known : null;
}
