namespace Holdfast.Nbd.Protocol;

/// <summary>Numbers of the NBD protocol (NetworkBlockDevice/nbd, doc/proto.md) and this client's own limits.</summary>
internal static class NbdProtocol
{
    public const ulong InitialMagic = 0x4e42444d41474943;
    public const ulong OptionMagic = 0x49484156454F5054;
    public const ulong OptionReplyMagic = 0x0003e889045565a9;
    public const uint RequestMagic = 0x25609513;
    public const uint SimpleReplyMagic = 0x67446698;
    public const uint StructuredReplyMagic = 0x668e33ef;

    public const ushort HandshakeFixedNewstyle = 1;
    public const ushort HandshakeNoZeroes = 2;

    public const ushort ReplyFlagDone = 1;

    public const int RequestHeaderBytes = 28;
    public const int SimpleReplyBytes = 16;
    public const int StructuredReplyBytes = 20;

    // Limits (INV-2): nothing a server says makes the client allocate more than these.
    public const int OptionReplyBytesMax = 64 * 1024;
    public const int OptionRepliesMax = 20_000;
    public const int ListingBytesMax = 4 * 1024 * 1024;
    public const int NameBytesMax = 4096;
    public const int PayloadBytesMax = 32 * 1024 * 1024;
    public const int ZeroingBytesMax = 1 << 30;
    public const uint BlockStatusBytesMax = 0xFFFF_0000;
    public const int ErrorChunkBytesMax = 4 + 2 + 65535 + 8;
    public const int ChunksPerReplyMax = 1 << 20;
    public const int MinBlockBytesMax = 64 * 1024;
}

internal enum NbdOption : uint
{
    Abort = 2,
    List = 3,
    StartTls = 5,
    Go = 7,
    StructuredReply = 8,
    SetMetaContext = 10,
}

internal enum NbdOptionReply : uint
{
    Ack = 1,
    Server = 2,
    Info = 3,
    MetaContext = 4,
    ErrorBit = 0x8000_0000,
    ErrorUnsupported = ErrorBit + 1,
    ErrorPolicy = ErrorBit + 2,
    ErrorInvalid = ErrorBit + 3,
    ErrorPlatform = ErrorBit + 4,
    ErrorTlsRequired = ErrorBit + 5,
    ErrorUnknown = ErrorBit + 6,
    ErrorShutdown = ErrorBit + 7,
    ErrorBlockSizeRequired = ErrorBit + 8,
    ErrorTooBig = ErrorBit + 9,
}

internal enum NbdInfo : ushort
{
    Export = 0,
    BlockSize = 3,
}

[Flags]
internal enum NbdTransmissionFlags : ushort
{
    None = 0,
    HasFlags = 1,
    ReadOnly = 1 << 1,
    SendFlush = 1 << 2,
    SendTrim = 1 << 5,
    SendWriteZeroes = 1 << 6,
    CanMultiConnect = 1 << 8,
}

internal enum NbdCommand : ushort
{
    Read = 0,
    Write = 1,
    Disconnect = 2,
    Flush = 3,
    Trim = 4,
    WriteZeroes = 6,
    BlockStatus = 7,
}

[Flags]
internal enum NbdCommandFlags : ushort
{
    None = 0,
    NoHole = 1 << 1,
}

internal enum NbdReplyType : ushort
{
    None = 0,
    OffsetData = 1,
    OffsetHole = 2,
    BlockStatus = 5,
    ErrorBit = 1 << 15,
    Error = ErrorBit + 1,
    ErrorOffset = ErrorBit + 2,
}
