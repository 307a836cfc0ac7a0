using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Nbd.Transport;

/// <summary>The byte stream of a connection, and how TLS is put on it.</summary>
internal static class NbdTransport
{
    /// <summary>Connects the socket; TLS is not on it yet.</summary>
    public static async Task<Stream> ConnectAsync(NbdEndpoint endpoint, NbdClientOptions options, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        var socket = endpoint is NbdEndpoint.UnixSocket
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (endpoint is NbdEndpoint.UnixSocket unix)
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(unix.Path), either.Token);
            else if (endpoint is NbdEndpoint.TlsTcp tls)
                await socket.ConnectAsync(tls.Host, tls.Port, either.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e)
        {
            socket.Dispose();
            ct.ThrowIfCancellationRequested();
            if (deadline.IsCancellationRequested)
                throw new NbdException(NbdErrorKind.Timeout, $"Connecting to {endpoint} took longer than {options.ConnectTimeout}.", e);
            if (e is SocketException or ArgumentException)
                throw new NbdException(NbdErrorKind.ConnectFailed, $"Could not connect to {endpoint}: {e.Message}", e);
            throw;
        }
    }

    /// <summary>Runs the TLS handshake over <paramref name="plain"/>, which the result owns.</summary>
    public static async Task<SslStream> SecureAsync(Stream plain, NbdEndpoint.TlsTcp endpoint, CancellationToken ct)
    {
        var wanted = endpoint.Options;
        var authentication = new SslClientAuthenticationOptions
        {
            TargetHost = wanted.ServerName ?? endpoint.Host,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (wanted.TrustedRoots.Count > 0)
        {
            authentication.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            authentication.CertificateChainPolicy.CustomTrustStore.AddRange(wanted.TrustedRoots);
        }
        if (wanted.ClientCertificate is { } certificate)
            authentication.ClientCertificates = [certificate];

        var secured = new SslStream(plain, leaveInnerStreamOpen: false);
        try
        {
            await secured.AuthenticateAsClientAsync(authentication, ct);
            return secured;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await secured.DisposeAsync();
            throw new NbdException(NbdErrorKind.TlsFailed, $"TLS with {endpoint} failed: {e.Message}", e);
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }
    }
}
