using System.Buffers.Binary;
using System.Numerics;
using Holdfast.Nbd.Protocol;

namespace Holdfast.Nbd.Handshake;

/// <summary>Gathers the NBD_REP_INFO messages that answer NBD_OPT_GO.</summary>
internal sealed class ExportInfo
{
    private long? _sizeBytes;
    private NbdTransmissionFlags _flags;
    private int _minBytes = 1;
    private int _payloadBytesMax = NbdProtocol.PayloadBytesMax;

    public void Take(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 2)
            throw OptionChannel.Violation("an information message is too short");
        switch ((NbdInfo)BinaryPrimitives.ReadUInt16BigEndian(payload))
        {
            case NbdInfo.Export:
                if (payload.Length != 12 || _sizeBytes is not null)
                    throw OptionChannel.Violation("the export's information has a wrong length or came twice");
                var size = BinaryPrimitives.ReadUInt64BigEndian(payload[2..]);
                if (size > long.MaxValue)
                    throw OptionChannel.Violation("the export's size is impossible");
                _sizeBytes = (long)size;
                _flags = (NbdTransmissionFlags)BinaryPrimitives.ReadUInt16BigEndian(payload[10..]);
                break;
            case NbdInfo.BlockSize:
                if (payload.Length != 14)
                    throw OptionChannel.Violation("the block size information has a wrong length");
                var min = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
                var max = BinaryPrimitives.ReadUInt32BigEndian(payload[10..]);
                if (!BitOperations.IsPow2(min) || min > NbdProtocol.MinBlockBytesMax || max < min)
                    throw OptionChannel.Violation("the block sizes are impossible");
                _minBytes = (int)min;
                _payloadBytesMax = (int)(Math.Min(max, NbdProtocol.PayloadBytesMax) / min * min);
                break;
            default:
                break; // Other information is allowed and not needed.
        }
    }

    public NegotiatedExport Complete(bool structured, IReadOnlyDictionary<string, uint> contexts) =>
        new(_sizeBytes ?? throw OptionChannel.Violation("the export's size was not said"), _flags, _minBytes, _payloadBytesMax, structured, contexts);
}
