using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A small server of the test's own: HTTP, with or without TLS, or a proxy server. It answers every request alike.</summary>
public sealed class LocalServer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _talks = [];
    private readonly Task _accepting;

    private LocalServer(Socket listener, Func<Stream, CancellationToken, Task> talk)
    {
        _listener = listener;
        _accepting = AcceptAsync(talk);
    }

    /// <summary>Where it listens.</summary>
    public EndPoint Place => _listener.LocalEndPoint!;

    /// <summary>An HTTP server that answers with a status, and with a clock that may be wrong.</summary>
    public static LocalServer Http(Socket listener, X509Certificate2? certificate, int status = 200, TimeSpan ahead = default) => new(listener, async (plain, ct) =>
    {
        var stream = certificate is null ? plain : await SecureAsync(plain, certificate, ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            if (await RequestAsync(stream, ct).ConfigureAwait(false) is null)
                return;
            var date = (TimeProvider.System.GetUtcNow() + ahead).ToString("R", CultureInfo.InvariantCulture);
            await SayAsync(stream, string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Said\r\nDate: {date}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), ct).ConfigureAwait(false);
        }
    });

    /// <summary>A proxy server that answers CONNECT with a status; with 200 it leads on to what <paramref name="target"/> opens.</summary>
    public static LocalServer Proxy(Socket listener, int status, Func<CancellationToken, Task<Stream>>? target = null) => new(listener, async (stream, ct) =>
    {
        if (await RequestAsync(stream, ct).ConfigureAwait(false) is not { } request || !request.StartsWith("CONNECT ", StringComparison.Ordinal))
            return;
        await SayAsync(stream, string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Said\r\n\r\n"), ct).ConfigureAwait(false);
        if (status != 200 || target is null)
            return;
        await using var onward = await target(ct).ConfigureAwait(false);
        await Task.WhenAny(stream.CopyToAsync(onward, ct), onward.CopyToAsync(stream, ct)).ConfigureAwait(false);
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_talks).ConfigureAwait(false);
        _end.Dispose();
    }

    private static async Task<Stream> SecureAsync(Stream plain, X509Certificate2 certificate, CancellationToken ct)
    {
        var secured = new SslStream(plain);
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, ct).ConfigureAwait(false);
        return secured;
    }

    private static async Task<string?> RequestAsync(Stream stream, CancellationToken ct)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(buffer, ct).ConfigureAwait(false) is not (> 0 and var read))
                return null;
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        return text.ToString();
    }

    private static Task SayAsync(Stream stream, string text, CancellationToken ct) => stream.WriteAsync(Encoding.ASCII.GetBytes(text), ct).AsTask();

    private async Task AcceptAsync(Func<Stream, CancellationToken, Task> talk)
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_end.Token).ConfigureAwait(false);
                _talks.Add(TalkAsync(socket, talk));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task TalkAsync(Socket socket, Func<Stream, CancellationToken, Task> talk)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await talk(stream, _end.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException or SocketException)
        {
            // A client that doesn't trust the server goes away: that is what some tests are about.
        }
    }
}
