using System.Globalization;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Health.Network;

/// <summary>Something that this node has to reach over the network, and the port that firewalls have to allow for it.</summary>
/// <param name="Purpose">What it is needed for: vault, libvirt, node, database, mail, webhook, traces, or given for one that was named.</param>
/// <param name="Host">Its name or address, without brackets.</param>
/// <param name="Port">Its port.</param>
/// <param name="Protocol">What is spoken there.</param>
public sealed record HealthEndpoint(string Purpose, string Host, int Port, EndpointProtocol Protocol)
{
    private const int LibvirtTlsPort = 16514;
    private const int LibvirtTcpPort = 16509;
    private const int SshPort = 22;

    /// <summary>The address that is asked over HTTP. It may hold a secret, and is never shown.</summary>
    public Uri? Address { get; init; }

    /// <summary>File of the authorities that are trusted for it; null for the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>Asks it something harmless with the node's credential. Null: no credential is known, and it is only asked whether it answers.</summary>
    public Func<HttpClient, CancellationToken, Task<HttpResponseMessage>>? AskAsync { get; init; }

    /// <summary>How it is shown: protocol, host and port, never what may hold a secret.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{SchemeOf(Protocol)}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    /// <summary>Whether it is spoken to in HTTP.</summary>
    public bool IsHttp => Protocol is EndpointProtocol.Http or EndpointProtocol.Https;

    /// <summary>Whether the connection is secured.</summary>
    public bool IsTls => Protocol is EndpointProtocol.Tls or EndpointProtocol.Https or EndpointProtocol.SmtpStartTls;

    /// <summary>The endpoint of an address of any kind that the node uses: http, https, tls, tcp, smtp, smtps, libvirt's own, or HOST:PORT. Null for what has none.</summary>
    public static HealthEndpoint? Parse(string purpose, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var full = text.Contains("://", StringComparison.Ordinal) ? text : "tcp://" + text;
        if (!Uri.TryCreate(full, UriKind.Absolute, out var uri) || uri.IdnHost.Length == 0)
            return null;
        var scheme = uri.Scheme.ToLowerInvariant();
        (EndpointProtocol Protocol, int Port)? usual = scheme switch
        {
            "https" => (EndpointProtocol.Https, 443),
            "http" => (EndpointProtocol.Http, 80),
            "tls" => (EndpointProtocol.Tls, 0),
            "tcp" => (EndpointProtocol.Tcp, 0),
            "smtp" => (EndpointProtocol.SmtpStartTls, 587),
            "smtps" => (EndpointProtocol.Tls, 465),
            _ => OfLibvirt(scheme),
        };
        if (usual is not var (protocol, usualPort))
            return null;
        var port = uri.Port > 0 ? uri.Port : usualPort;
        return port == 0 ? null : new HealthEndpoint(purpose, uri.IdnHost, port, protocol)
        {
            Address = protocol is EndpointProtocol.Http or EndpointProtocol.Https ? uri : null,
        };
    }

    /// <summary>The endpoint of a libvirt address; null for one of this machine.</summary>
    public static HealthEndpoint? OfHost(string? uri)
    {
        var address = LibvirtUri.Resolve(uri);
        return address.IsLocal ? null : Parse("libvirt", address.Text);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    // By https://libvirt.org/uri.html: with a host and no transport named, it is TLS.
    private static (EndpointProtocol, int)? OfLibvirt(string scheme)
    {
        var plus = scheme.IndexOf('+', StringComparison.Ordinal);
        var (driver, transport) = plus < 0 ? (scheme, "") : (scheme[..plus], scheme[(plus + 1)..]);
        return (driver, transport) switch
        {
            ("qemu", "" or "tls") => (EndpointProtocol.Tls, LibvirtTlsPort),
            ("qemu", "tcp") => (EndpointProtocol.Tcp, LibvirtTcpPort),
            ("qemu", "ssh" or "libssh" or "libssh2") => (EndpointProtocol.Tcp, SshPort),
            _ => null,
        };
    }

    private static string SchemeOf(EndpointProtocol protocol) => protocol switch
    {
        EndpointProtocol.Https => "https",
        EndpointProtocol.Http => "http",
        EndpointProtocol.Tls => "tls",
        EndpointProtocol.SmtpStartTls => "smtp",
        _ => "tcp",
    };
}
