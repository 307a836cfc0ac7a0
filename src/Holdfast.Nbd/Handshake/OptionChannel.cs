using System.Buffers.Binary;
using Holdfast.Nbd.Protocol;

namespace Holdfast.Nbd.Handshake;

/// <summary>Sends options and reads their replies. INV-2: every length is checked before anything is allocated for it.</summary>
internal sealed class OptionChannel(Stream stream)
{
    private const int HeaderBytes = 20;
    private int _repliesCount;

    /// <summary>Reads the server's greeting and answers it.</summary>
    public async Task GreetAsync(CancellationToken ct)
    {
        var greeting = new byte[18];
        await ReadAsync(greeting, ct);
        if (BinaryPrimitives.ReadUInt64BigEndian(greeting) != NbdProtocol.InitialMagic)
            throw Violation("the greeting is not NBD's");
        if (BinaryPrimitives.ReadUInt64BigEndian(greeting.AsSpan(8)) != NbdProtocol.OptionMagic)
            throw new NbdException(NbdErrorKind.NotSupported, "The NBD server speaks only the old handshake, which is not supported.");
        var flags = BinaryPrimitives.ReadUInt16BigEndian(greeting.AsSpan(16));
        if ((flags & NbdProtocol.HandshakeFixedNewstyle) == 0)
            throw new NbdException(NbdErrorKind.NotSupported, "The NBD server does not speak the fixed newstyle handshake.");

        var answer = new byte[4];
        var known = flags & (NbdProtocol.HandshakeFixedNewstyle | NbdProtocol.HandshakeNoZeroes);
        BinaryPrimitives.WriteUInt32BigEndian(answer, (uint)known);
        await stream.WriteAsync(answer, ct);
    }

    public async Task SendAsync(NbdOption option, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        var message = new byte[16 + payload.Length];
        BinaryPrimitives.WriteUInt64BigEndian(message, NbdProtocol.OptionMagic);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(8), (uint)option);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(12), (uint)payload.Length);
        payload.CopyTo(message.AsMemory(16));
        await stream.WriteAsync(message, ct);
    }

    public async Task<OptionReply> ReceiveAsync(NbdOption option, CancellationToken ct)
    {
        if (++_repliesCount > NbdProtocol.OptionRepliesMax)
            throw Violation("the handshake does not end");
        var header = new byte[HeaderBytes];
        await ReadAsync(header, ct);
        if (BinaryPrimitives.ReadUInt64BigEndian(header) != NbdProtocol.OptionReplyMagic)
            throw Violation("an option's reply has a wrong magic number");
        if (BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8)) != (uint)option)
            throw Violation("a reply belongs to another option");
        var type = (NbdOptionReply)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12));
        var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(16));
        if (length > NbdProtocol.OptionReplyBytesMax)
            throw Violation($"an option's reply is {length} bytes long");
        if (length == 0)
            return new OptionReply(type, ReadOnlyMemory<byte>.Empty);
        var payload = new byte[length];
        await ReadAsync(payload, ct);
        return new OptionReply(type, payload);
    }

    public static NbdException Violation(string what) =>
        new(NbdErrorKind.ProtocolViolation, $"The NBD server broke the protocol during the handshake: {what}.");

    private async Task ReadAsync(Memory<byte> target, CancellationToken ct)
    {
        try
        {
            await stream.ReadExactlyAsync(target, ct);
        }
        catch (EndOfStreamException e)
        {
            throw new NbdException(NbdErrorKind.HandshakeFailed, "The NBD server closed the connection during the handshake.", e);
        }
    }
}
