using System.Buffers.Binary;
using System.Text;
using Holdfast.Nbd.Protocol;
using Holdfast.Nbd.Transport;

namespace Holdfast.Nbd.Handshake;

/// <summary>The fixed newstyle handshake, from the greeting to the transmission phase.</summary>
internal sealed class NbdHandshake
{
    private OptionChannel _options;

    private NbdHandshake(Stream stream)
    {
        Stream = stream;
        _options = new OptionChannel(stream);
    }

    /// <summary>The stream to go on with; another one than at the start if TLS was put on it.</summary>
    public Stream Stream { get; private set; }

    /// <summary>Connects, greets and secures the connection; then runs <paramref name="body"/>, all within the time allowed.</summary>
    /// <remarks>The stream is closed on any failure, else it is the body's to keep.</remarks>
    public static async Task<T> RunAsync<T>(
        NbdEndpoint endpoint, NbdClientOptions options, Func<NbdHandshake, CancellationToken, Task<T>> body, CancellationToken ct)
    {
        var stream = await NbdTransport.ConnectAsync(endpoint, options, ct);
        using var deadline = new CancellationTokenSource(options.HandshakeTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        var handshake = new NbdHandshake(stream);
        try
        {
            await handshake._options.GreetAsync(either.Token);
            if (endpoint is NbdEndpoint.TlsTcp tls)
                await handshake.StartTlsAsync(tls, either.Token);
            return await body(handshake, either.Token);
        }
        catch (Exception e)
        {
            await handshake.Stream.DisposeAsync();
            ct.ThrowIfCancellationRequested();
            if (deadline.IsCancellationRequested)
                throw new NbdException(NbdErrorKind.Timeout, $"The handshake with {endpoint} took longer than {options.HandshakeTimeout}.", e);
            if (e is IOException)
                throw new NbdException(NbdErrorKind.HandshakeFailed, $"The handshake with {endpoint} failed: {e.Message}", e);
            throw;
        }
    }

    /// <summary>Opens an export; the transmission phase begins with this method's return.</summary>
    public async Task<NegotiatedExport> GoAsync(string exportName, IReadOnlyList<string> contexts, CancellationToken ct)
    {
        var structured = await TryStructuredRepliesAsync(ct);
        var granted = structured && contexts.Count > 0
            ? await SetContextsAsync(exportName, contexts, ct)
            : new Dictionary<string, uint>();

        var name = Name(exportName);
        var payload = new byte[4 + name.Length + 2 + 2];
        BinaryPrimitives.WriteUInt32BigEndian(payload, (uint)name.Length);
        name.CopyTo(payload, 4);
        BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(4 + name.Length), 1);
        BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(6 + name.Length), (ushort)NbdInfo.BlockSize);
        await _options.SendAsync(NbdOption.Go, payload, ct);

        var info = new ExportInfo();
        while (true)
        {
            var reply = await _options.ReceiveAsync(NbdOption.Go, ct);
            switch (reply.Type)
            {
                case NbdOptionReply.Info:
                    info.Take(reply.Payload.Span);
                    break;
                case NbdOptionReply.Ack:
                    return info.Complete(structured, granted);
                case NbdOptionReply.ErrorUnknown:
                    throw new NbdException(NbdErrorKind.ExportNotFound, $"The NBD server has no export '{exportName}'.");
                case NbdOptionReply.ErrorTlsRequired:
                    throw new NbdException(NbdErrorKind.TlsFailed, "The NBD server gives this export out over TLS only.");
                default:
                    throw Refused(reply, $"export '{exportName}'");
            }
        }
    }

    /// <summary>Lists the exports and ends the session.</summary>
    public async Task<IReadOnlyList<NbdExport>> ListAsync(CancellationToken ct)
    {
        await _options.SendAsync(NbdOption.List, ReadOnlyMemory<byte>.Empty, ct);
        var exports = new List<NbdExport>();
        var bytes = 0;
        while (true)
        {
            var reply = await _options.ReceiveAsync(NbdOption.List, ct);
            if (reply.Type == NbdOptionReply.Ack)
                break;
            if (reply.Type != NbdOptionReply.Server)
                throw Refused(reply, "the list of exports");
            bytes += reply.Payload.Length;
            if (bytes > NbdProtocol.ListingBytesMax)
                throw OptionChannel.Violation("the list of exports does not end");
            exports.Add(ParseExport(reply.Payload.Span));
        }
        await _options.SendAsync(NbdOption.Abort, ReadOnlyMemory<byte>.Empty, ct);
        return exports;
    }

    private async Task StartTlsAsync(NbdEndpoint.TlsTcp endpoint, CancellationToken ct)
    {
        await _options.SendAsync(NbdOption.StartTls, ReadOnlyMemory<byte>.Empty, ct);
        var reply = await _options.ReceiveAsync(NbdOption.StartTls, ct);
        if (reply.Type != NbdOptionReply.Ack)
            throw new NbdException(NbdErrorKind.TlsFailed, $"The NBD server at {endpoint} refused TLS{reply.Explanation}.");
        // INV-1: whatever was learnt before this line is forgotten; plain bytes sent after the ACK fail the TLS handshake.
        Stream = await NbdTransport.SecureAsync(Stream, endpoint, ct);
        _options = new OptionChannel(Stream);
    }

    private async Task<bool> TryStructuredRepliesAsync(CancellationToken ct)
    {
        await _options.SendAsync(NbdOption.StructuredReply, ReadOnlyMemory<byte>.Empty, ct);
        var reply = await _options.ReceiveAsync(NbdOption.StructuredReply, ct);
        return reply.Type switch
        {
            NbdOptionReply.Ack => true,
            NbdOptionReply.ErrorTlsRequired =>
                throw new NbdException(NbdErrorKind.TlsFailed, "The NBD server answers over TLS only."),
            _ when reply.IsError => false,
            _ => throw OptionChannel.Violation("structured replies were answered by something else"),
        };
    }

    private async Task<Dictionary<string, uint>> SetContextsAsync(string exportName, IReadOnlyList<string> contexts, CancellationToken ct)
    {
        var name = Name(exportName);
        var queries = contexts.Select(Name).ToArray();
        var payload = new byte[4 + name.Length + 4 + queries.Sum(query => 4 + query.Length)];
        var at = Put(payload, 0, name);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(at), (uint)queries.Length);
        at += 4;
        foreach (var query in queries)
            at = Put(payload, at, query);
        await _options.SendAsync(NbdOption.SetMetaContext, payload, ct);

        var granted = new Dictionary<string, uint>(StringComparer.Ordinal);
        while (true)
        {
            var reply = await _options.ReceiveAsync(NbdOption.SetMetaContext, ct);
            if (reply.Type == NbdOptionReply.Ack)
                return granted;
            if (reply.Type == NbdOptionReply.ErrorUnknown)
                throw new NbdException(NbdErrorKind.ExportNotFound, $"The NBD server has no export '{exportName}'.");
            if (reply.IsError)
                return []; // Not offered: the caller sees it in the contexts granted.
            if (reply.Type != NbdOptionReply.MetaContext || reply.Payload.Length < 5)
                throw OptionChannel.Violation("meta contexts were answered by something else");
            var id = BinaryPrimitives.ReadUInt32BigEndian(reply.Payload.Span);
            var context = Encoding.UTF8.GetString(reply.Payload.Span[4..]);
            if (!contexts.Contains(context) || granted.ContainsValue(id) || !granted.TryAdd(context, id))
                throw OptionChannel.Violation("a meta context was granted that was not asked for, or twice");
        }
    }

    private static int Put(Span<byte> target, int at, byte[] text)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target[at..], (uint)text.Length);
        text.CopyTo(target[(at + 4)..]);
        return at + 4 + text.Length;
    }

    private static NbdExport ParseExport(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(payload) is var length && length > payload.Length - 4)
            throw OptionChannel.Violation("an export's name is longer than its message");
        if (length > NbdProtocol.NameBytesMax)
            throw OptionChannel.Violation("an export's name is too long");
        return new NbdExport(
            Encoding.UTF8.GetString(payload.Slice(4, (int)length)), ServerText.Clean(payload[(4 + (int)length)..]));
    }

    private static byte[] Name(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > NbdProtocol.NameBytesMax)
            throw new ArgumentException($"A name may have at most {NbdProtocol.NameBytesMax} bytes.", nameof(text));
        return bytes;
    }

    private static NbdException Refused(OptionReply reply, string what) =>
        !reply.IsError
            ? OptionChannel.Violation($"a reply of unexpected type 0x{(uint)reply.Type:x}")
            : reply.Type == NbdOptionReply.ErrorUnsupported
                ? new NbdException(NbdErrorKind.NotSupported, $"The NBD server does not support the request for {what}.")
                : new NbdException(NbdErrorKind.HandshakeFailed, $"The NBD server refused {what}{reply.Explanation}.");
}
