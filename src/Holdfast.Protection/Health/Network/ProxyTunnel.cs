using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Holdfast.Faults;

namespace Holdfast.Protection.Health.Network;

/// <summary>A connection through a proxy server (RFC 9110, 9.3.6), or why there is none.</summary>
/// <param name="Stream">The connection, as if it were direct.</param>
/// <param name="Fault">Why there is none.</param>
internal sealed record ProxyTunnel(Stream? Stream, Fault? Fault)
{
    private const int HeaderBytesMax = 16 * 1024;

    /// <summary>Connects to the proxy server and asks it for the endpoint.</summary>
    public static async Task<ProxyTunnel> OpenAsync(EndpointWay way, Uri proxy, NetworkCredential? credential, CancellationToken ct)
    {
        using var limit = way.Limited(ct);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(proxy.IdnHost, proxy.Port, limit.Token).ConfigureAwait(false);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (proxy.Scheme == Uri.UriSchemeHttps)
            {
                var secured = new SslStream(stream);
                stream = secured;
                await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = proxy.IdnHost }, limit.Token).ConfigureAwait(false);
            }

            var status = await AskAsync(stream, way.Authority, credential, limit.Token).ConfigureAwait(false);
            if (status is >= 200 and < 300)
                return new ProxyTunnel(stream, null);
            await stream.DisposeAsync().ConfigureAwait(false);
            return new ProxyTunnel(null, status switch
            {
                null => Unreachable("it doesn't answer as a proxy server"),
                >= 500 => NetworkFaults.ProxyUpstreamFailed(EndpointWay.Shown(proxy), way.Name, status.Value),
                _ => NetworkFaults.ProxyRefused(EndpointWay.Shown(proxy), way.Name, status.Value),
            });
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException)
        {
            socket.Dispose();
            return new ProxyTunnel(null, Unreachable(e.Message));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            socket.Dispose();
            return new ProxyTunnel(null, Unreachable(string.Create(CultureInfo.InvariantCulture, $"no answer within {way.Options.EndpointLimit.TotalSeconds:0.#} s")));
        }

        Fault Unreachable(string reason) => NetworkFaults.ProxyUnreachable(EndpointWay.Shown(proxy), reason);
    }

    // The status of the answer; null for what is no answer of a proxy server.
    private static async Task<int?> AskAsync(Stream stream, string authority, NetworkCredential? credential, CancellationToken ct)
    {
        var ask = new StringBuilder().Append(CultureInfo.InvariantCulture, $"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
        if (credential is not null)
            ask.Append("Proxy-Authorization: Basic ").Append(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}"))).Append("\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(ask.Append("\r\n").ToString()), ct).ConfigureAwait(false);
        var header = new List<byte>();
        var next = new byte[1];
        // Byte by byte: what follows the header belongs to the endpoint.
        while (header.Count < HeaderBytesMax && !header.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(next, ct).ConfigureAwait(false) == 0)
                return null;
            header.Add(next[0]);
        }

        var first = Encoding.ASCII.GetString([.. header]).Split("\r\n")[0].Split(' ');
        return first is [var version, var status, ..] && version.StartsWith("HTTP/1.", StringComparison.Ordinal)
            && int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is >= 100 and <= 599 ? code : null;
    }
}
