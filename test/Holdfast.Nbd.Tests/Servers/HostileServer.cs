using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Nbd.Tests.Servers;

/// <summary>A server that says what a test tells it to, to one client.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    public const ulong SizeBytes = 1 << 20;
    public const uint ContextId = 7;

    private readonly TemporaryFolder _folder = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _script;

    public HostileServer(Func<Wire, Task> script)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(_folder.File("s")));
        _listener.Listen();
        _script = ServeAsync(script);
    }

    public NbdEndpoint Endpoint => NbdEndpoint.Unix(_folder.File("s"));

    /// <summary>A server whose handshake is correct; the script begins with the transmission phase.</summary>
    public static HostileServer AfterHandshake(Func<Wire, Task> script) => new(async wire =>
    {
        await wire.GreetAsync();
        await wire.HaggleAsync();
        await script(wire);
    });

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _script;
        _end.Dispose();
        _folder.Dispose();
    }

    private async Task ServeAsync(Func<Wire, Task> script)
    {
        try
        {
            using var client = await _listener.AcceptAsync(_end.Token);
            await using var stream = new NetworkStream(client);
            await script(new Wire(stream, _end.Token));
            // The client decides when it has seen enough; until then the line stays open and silent.
            var rest = new byte[4096];
            while (await stream.ReadAsync(rest, _end.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // The client hung up, or the test is over.
        }
    }

    internal sealed record Request(ushort Flags, ushort Command, ulong Cookie, ulong Offset, uint Length);

    internal sealed class Wire(Stream stream, CancellationToken end)
    {
        public CancellationToken End => end;

        public async Task SendAsync(params object[] fields)
        {
            using var message = new MemoryStream();
            foreach (var field in fields)
                message.Write(Encode(field));
            await stream.WriteAsync(message.ToArray(), end);
        }

        public Task GreetAsync() => SendAsync(0x4e42444d41474943ul, 0x49484156454F5054ul, (ushort)3);

        /// <summary>Answers options correctly until NBD_OPT_GO.</summary>
        public async Task HaggleAsync()
        {
            await ReadAsync(4);
            while (true)
            {
                var (option, payload) = await ReadOptionAsync();
                switch (option)
                {
                    case 8:
                        await ReplyAsync(option, 1);
                        break;
                    case 10:
                        await ReplyAsync(option, 4, ContextId, Encoding.ASCII.GetBytes("base:allocation"));
                        await ReplyAsync(option, 1);
                        break;
                    case 7:
                        await ReplyAsync(option, 3, (ushort)0, SizeBytes, (ushort)0x6D);
                        await ReplyAsync(option, 1);
                        return;
                    default:
                        await ReplyAsync(option, 0x80000001);
                        break;
                }
            }
        }

        public async Task<(uint Option, byte[] Payload)> ReadOptionAsync()
        {
            var header = await ReadAsync(16);
            var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12));
            return (BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8)), await ReadAsync((int)length));
        }

        public Task ReplyAsync(uint option, uint type, params object[] payload)
        {
            var bytes = payload.SelectMany(Encode).ToArray();
            return SendAsync(0x0003e889045565a9ul, option, type, (uint)bytes.Length, bytes);
        }

        public async Task<Request> ReadRequestAsync()
        {
            var header = await ReadAsync(28);
            return new Request(
                BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(4)),
                BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(6)),
                BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)),
                BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(16)),
                BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(24)));
        }

        public Task ChunkAsync(Request request, bool done, ushort type, params object[] payload)
        {
            var bytes = payload.SelectMany(Encode).ToArray();
            return SendAsync(0x668e33efu, (ushort)(done ? 1 : 0), type, request.Cookie, (uint)bytes.Length, bytes);
        }

        public async Task<byte[]> ReadAsync(int count)
        {
            var bytes = new byte[count];
            await stream.ReadExactlyAsync(bytes, end);
            return bytes;
        }

        private static byte[] Encode(object field)
        {
            var bytes = new byte[8];
            switch (field)
            {
                case byte[] raw:
                    return raw;
                case ushort small:
                    BinaryPrimitives.WriteUInt16BigEndian(bytes, small);
                    return bytes[..2];
                case uint middle:
                    BinaryPrimitives.WriteUInt32BigEndian(bytes, middle);
                    return bytes[..4];
                case ulong large:
                    BinaryPrimitives.WriteUInt64BigEndian(bytes, large);
                    return bytes;
                default:
                    throw new ArgumentException($"A field may not be {field.GetType()}.", nameof(field));
            }
        }
    }
}
