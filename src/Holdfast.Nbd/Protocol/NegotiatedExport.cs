namespace Holdfast.Nbd.Protocol;

/// <summary>What the handshake agreed on.</summary>
internal sealed record NegotiatedExport(
    long SizeBytes,
    NbdTransmissionFlags Flags,
    int BlockSizeMinBytes,
    int PayloadBytesMax,
    bool StructuredReplies,
    IReadOnlyDictionary<string, uint> Contexts);
