namespace Holdfast.Libvirt;

/// <summary>Why a connection ended (virConnectCloseReason).</summary>
public enum ConnectionCloseReason
{
    /// <summary>An I/O error.</summary>
    Error = 0,

    /// <summary>The daemon closed it.</summary>
    EndOfFile = 1,

    /// <summary>The daemon didn't answer keep-alive messages.</summary>
    KeepAlive = 2,

    /// <summary>This side closed it.</summary>
    Client = 3,
}
