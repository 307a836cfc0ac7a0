namespace Holdfast.Vault;

/// <summary>What went wrong, for callers that decide by it.</summary>
public enum VaultErrorKind
{
    /// <summary>The store failed in a way that has no kind of its own.</summary>
    Io,

    /// <summary>No key slot opens with the credential given.</summary>
    WrongKey,

    /// <summary>There is a vault (or something else) already where one was to be made; nothing was changed.</summary>
    AlreadyExists,

    /// <summary>There is no vault at this place.</summary>
    NotAVault,

    /// <summary>An object of the vault is missing, or its bytes aren't what was written.</summary>
    Damaged,

    /// <summary>The store is full, or a quota is used up.</summary>
    NoSpace,

    /// <summary>The store may not be read or written by this process.</summary>
    PermissionDenied,

    /// <summary>The vault needs something that this version or this file system can't do.</summary>
    Unsupported,

    /// <summary>There is no such recovery point (or it is being deleted).</summary>
    PointNotFound,

    /// <summary>The point is protected, or must be kept longer.</summary>
    PointProtected,

    /// <summary>The session was revoked by somebody else; its data is gone and it can't commit.</summary>
    SessionRevoked,

    /// <summary>The attachment isn't in the point.</summary>
    AttachmentNotFound,

    /// <summary>The last key slot can't be removed.</summary>
    LastKeySlot,

    /// <summary>There is no such key slot.</summary>
    KeySlotNotFound,

    /// <summary>Somebody else changed the same thing at the same time; nothing was changed here: try again.</summary>
    Conflict,
}
