namespace Holdfast.Nbd;

/// <summary>The only exception this room throws for what a server, a network or an export does.</summary>
/// <remarks>Texts that come from the server are cut and stripped of control characters.</remarks>
public sealed class NbdException : Exception
{
    /// <summary>Creates the exception.</summary>
    public NbdException(NbdErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    /// <summary>Creates an exception of kind <see cref="NbdErrorKind.ServerError"/>.</summary>
    public NbdException(uint serverErrno, string message)
        : base(message)
    {
        Kind = NbdErrorKind.ServerError;
        ServerErrno = serverErrno;
    }

    /// <summary>What failed.</summary>
    public NbdErrorKind Kind { get; }

    /// <summary>The protocol's error number (EPERM 1, EIO 5, ENOMEM 12, EINVAL 22, ENOSPC 28, EOVERFLOW 75, ENOTSUP 95,
    /// ESHUTDOWN 108) if <see cref="Kind"/> is <see cref="NbdErrorKind.ServerError"/>, else zero.</summary>
    public uint ServerErrno { get; }
}
