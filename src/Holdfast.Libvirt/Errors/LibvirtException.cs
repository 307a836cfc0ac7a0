namespace Holdfast.Libvirt;

/// <summary>A libvirt call failed. Keeps what libvirt said: code, domain, level and message (INV-2).</summary>
/// <remarks>The message is libvirt's own, so it can carry paths and names, but never a secret's value.</remarks>
public sealed class LibvirtException : Exception
{
    internal LibvirtException(string call, LibvirtErrorCode code, LibvirtErrorDomain domain, LibvirtErrorLevel level, string message)
        : base(message)
    {
        Call = call;
        Code = code;
        Domain = domain;
        Level = level;
    }

    /// <summary>The libvirt function that failed.</summary>
    public string Call { get; }

    /// <summary>libvirt's error code; may be a number newer than the enum.</summary>
    public LibvirtErrorCode Code { get; }

    /// <summary>The part of libvirt that raised the error; may be a number newer than the enum.</summary>
    public LibvirtErrorDomain Domain { get; }

    /// <summary>How consequent libvirt calls it.</summary>
    public LibvirtErrorLevel Level { get; }

    /// <summary>The object asked for does not exist (any more): domain, checkpoint, snapshot, network, pool, volume or secret.</summary>
    public bool IsNotFound => Code is LibvirtErrorCode.NoDomain or LibvirtErrorCode.NoDomainCheckpoint or LibvirtErrorCode.NoDomainSnapshot
        or LibvirtErrorCode.NoNetwork or LibvirtErrorCode.NoStoragePool or LibvirtErrorCode.NoStorageVol or LibvirtErrorCode.NoSecret
        or LibvirtErrorCode.NoDomainBackup;

    /// <summary>The connection to libvirtd is broken or could not be made; nothing is known of the call's effect.</summary>
    public bool IsConnectionLost => Code is LibvirtErrorCode.NoConnect or LibvirtErrorCode.Rpc or LibvirtErrorCode.InvalidConn
        || (Domain is LibvirtErrorDomain.Rpc && (Code is LibvirtErrorCode.SystemError or LibvirtErrorCode.InternalError));
}
