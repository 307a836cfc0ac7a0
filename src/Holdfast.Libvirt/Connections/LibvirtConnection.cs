using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

/// <summary>A connection to libvirt. Thread-safe: libvirt serialises what it must.</summary>
/// <remarks>
/// Methods block for one round trip to libvirtd and throw <see cref="LibvirtException"/>. Those that may block for long have an
/// Async form on a thread of its own, whose cancellation means 'stop waiting', not 'take back' (INV-4).
/// Objects got from a connection stay usable until they are disposed, also after the connection was.
/// </remarks>
public sealed partial class LibvirtConnection : IDisposable
{
    private readonly ConnectHandle _handle;

    private LibvirtConnection(ConnectHandle handle, LibvirtUri uri, bool isReadOnly)
    {
        _handle = handle;
        _events = new EventHub(handle);
        Uri = uri;
        IsReadOnly = isReadOnly;
    }

    /// <summary>The URI that was opened.</summary>
    public LibvirtUri Uri { get; }

    /// <summary>Only reading calls are allowed.</summary>
    public bool IsReadOnly { get; }

    /// <summary>The version of the libvirt library in this process.</summary>
    public static LibvirtVersion ClientVersion
    {
        get
        {
            LibraryStart.Ensure();
            NativeCall.Check(NativeLibvirt.virGetVersion(out var version, 0, 0), nameof(NativeLibvirt.virGetVersion));
            return LibvirtVersion.FromNumber(version);
        }
    }

    /// <summary>The daemon's libvirt version.</summary>
    public LibvirtVersion DaemonVersion
    {
        get
        {
            NativeCall.Check(NativeLibvirt.virConnectGetLibVersion(_handle, out var version), nameof(NativeLibvirt.virConnectGetLibVersion));
            return LibvirtVersion.FromNumber(version);
        }
    }

    /// <summary>The hypervisor's version (QEMU's).</summary>
    public LibvirtVersion HypervisorVersion
    {
        get
        {
            NativeCall.Check(NativeLibvirt.virConnectGetVersion(_handle, out var version), nameof(NativeLibvirt.virConnectGetVersion));
            return LibvirtVersion.FromNumber(version);
        }
    }

    /// <summary>The host's name as libvirt knows it.</summary>
    public string HostName => NativeCall.TakeString(NativeLibvirt.virConnectGetHostname(_handle), nameof(NativeLibvirt.virConnectGetHostname));

    /// <summary>The canonical URI of the connection.</summary>
    public string CanonicalUri => NativeCall.TakeString(NativeLibvirt.virConnectGetURI(_handle), nameof(NativeLibvirt.virConnectGetURI));

    /// <summary>The connection is open and, if keep-alive is on, the daemon answers. Doesn't throw.</summary>
    public bool IsAlive => !_handle.IsClosed && NativeLibvirt.virConnectIsAlive(_handle) == 1;

    /// <summary>Connects.</summary>
    /// <param name="uri">The URI; see <see cref="LibvirtUri.Resolve"/> for what null means.</param>
    /// <param name="readOnly">Allow reading only.</param>
    public static LibvirtConnection Open(LibvirtUri? uri = null, bool readOnly = false)
    {
        LibraryStart.Ensure();
        uri ??= LibvirtUri.Resolve();
        var handle = readOnly ? NativeLibvirt.virConnectOpenReadOnly(uri.Text) : NativeLibvirt.virConnectOpen(uri.Text);
        return new LibvirtConnection(NativeCall.Check(handle, readOnly ? nameof(NativeLibvirt.virConnectOpenReadOnly) : nameof(NativeLibvirt.virConnectOpen)), uri, readOnly);
    }

    /// <summary>Connects.</summary>
    /// <param name="uri">The URI as text; null or blank means the usual one.</param>
    /// <param name="readOnly">Allow reading only.</param>
    public static LibvirtConnection Open(string? uri, bool readOnly = false) => Open(LibvirtUri.Resolve(uri), readOnly);

    /// <summary>Connects on a thread of its own: a daemon that starts or hangs may take long.</summary>
    /// <param name="uri">The URI; see <see cref="LibvirtUri.Resolve"/> for what null means.</param>
    /// <param name="readOnly">Allow reading only.</param>
    /// <param name="ct">Stops waiting; a connection made later is closed.</param>
    public static async Task<LibvirtConnection> OpenAsync(LibvirtUri? uri, bool readOnly, CancellationToken ct)
    {
        var abandoned = 0;
        using var registration = ct.Register(() => Volatile.Write(ref abandoned, 1));
        return await DedicatedThread.RunAsync(
            () =>
            {
                var connection = Open(uri, readOnly);
                if (Volatile.Read(ref abandoned) == 1)
                {
                    connection.Dispose();
                    throw new OperationCanceledException(ct);
                }

                return connection;
            },
            ct);
    }

    /// <summary>Sends keep-alive messages, so that a dead daemon is noticed. Local drivers without a daemon don't support it: false then.</summary>
    /// <param name="intervalSeconds">Seconds of silence before a message is sent; above zero.</param>
    /// <param name="count">Unanswered messages after which the connection is closed.</param>
    public bool TrySetKeepAlive(int intervalSeconds, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(intervalSeconds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var result = NativeLibvirt.virConnectSetKeepAlive(_handle, intervalSeconds, (uint)count);
        if (result < 0)
        {
            var error = NativeCall.LastError(nameof(NativeLibvirt.virConnectSetKeepAlive));
            return error.Code is LibvirtErrorCode.NoSupport ? false : throw error;
        }

        return result == 0;
    }

    /// <summary>The host's capabilities: its UUID, architecture and security models.</summary>
    public HostCapabilities GetCapabilities() => HostCapabilities.Parse(GetCapabilitiesXml());

    /// <summary>The host's capabilities as libvirt's XML.</summary>
    public string GetCapabilitiesXml() =>
        NativeCall.TakeString(NativeLibvirt.virConnectGetCapabilities(_handle), nameof(NativeLibvirt.virConnectGetCapabilities));

    /// <summary>Ends the subscriptions of this connection and closes it. Never blocks on running calls: they keep it open until they end.</summary>
    public void Dispose()
    {
        _events.Close();
        _handle.Dispose();
    }
}
