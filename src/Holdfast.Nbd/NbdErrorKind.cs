namespace Holdfast.Nbd;

/// <summary>What kind of failure an <see cref="NbdException"/> reports.</summary>
public enum NbdErrorKind
{
    /// <summary>The server's socket could not be reached.</summary>
    ConnectFailed,

    /// <summary>The server refused or broke off the handshake.</summary>
    HandshakeFailed,

    /// <summary>The server has no export of that name.</summary>
    ExportNotFound,

    /// <summary>TLS could not be established, or its certificate is not the expected one.</summary>
    TlsFailed,

    /// <summary>The server broke the protocol; the connection is dead.</summary>
    ProtocolViolation,

    /// <summary>The server reported an error for one request; the connection stays usable.</summary>
    ServerError,

    /// <summary>The connection ended, or was disposed of, while a request needed it.</summary>
    Disconnected,

    /// <summary>The server did not answer within the configured time; the connection is dead.</summary>
    Timeout,

    /// <summary>The server or the export does not offer what was asked.</summary>
    NotSupported,
}
