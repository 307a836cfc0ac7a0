using Holdfast.Nbd.Protocol;

namespace Holdfast.Nbd.Handshake;

/// <summary>One reply of the server in the option haggling phase.</summary>
internal readonly record struct OptionReply(NbdOptionReply Type, ReadOnlyMemory<byte> Payload)
{
    public bool IsError => (Type & NbdOptionReply.ErrorBit) != 0;

    /// <summary>The server's own explanation, in a form fit to be appended to a message.</summary>
    public string Explanation =>
        Payload.Length == 0 ? $" ({Name})" : $" ({Name}: {ServerText.Clean(Payload.Span)})";

    private string Name => Type switch
    {
        NbdOptionReply.ErrorUnsupported => "not supported",
        NbdOptionReply.ErrorPolicy => "forbidden by policy",
        NbdOptionReply.ErrorInvalid => "invalid request",
        NbdOptionReply.ErrorPlatform => "not supported on the server's platform",
        NbdOptionReply.ErrorTlsRequired => "TLS required",
        NbdOptionReply.ErrorUnknown => "unknown export",
        NbdOptionReply.ErrorShutdown => "server is shutting down",
        NbdOptionReply.ErrorBlockSizeRequired => "block size required",
        NbdOptionReply.ErrorTooBig => "request too big",
        _ => $"code 0x{(uint)Type:x}",
    };
}
