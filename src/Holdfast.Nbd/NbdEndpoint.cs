namespace Holdfast.Nbd;

/// <summary>Where a server listens. INV-1: there is no plain TCP endpoint, so data cannot leave the host unencrypted.</summary>
public abstract record NbdEndpoint
{
    private NbdEndpoint()
    {
    }

    /// <summary>A unix socket on this host.</summary>
    public static NbdEndpoint Unix(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new UnixSocket(path);
    }

    /// <summary>TCP, upgraded by NBD_OPT_STARTTLS before anything else is said.</summary>
    public static NbdEndpoint Tls(string host, int port, NbdTlsOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65535);
        ArgumentNullException.ThrowIfNull(options);
        return new TlsTcp(host, port, options);
    }

    internal sealed record UnixSocket(string Path) : NbdEndpoint
    {
        public override string ToString() => $"unix socket {Path}";
    }

    internal sealed record TlsTcp(string Host, int Port, NbdTlsOptions Options) : NbdEndpoint
    {
        public override string ToString() => $"{Host} port {Port} (TLS)";
    }
}
