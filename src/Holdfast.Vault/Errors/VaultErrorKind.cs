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

    /// <summary>The vault is immutable, and the point's time isn't over.</summary>
    PointLocked,

    /// <summary>The vault's immutability is locked: it can't be taken back or shortened.</summary>
    LockedForGood,

    /// <summary>The vault's data key was renewed since the vault was opened: it has to be opened again.</summary>
    KeysRenewed,

    /// <summary>The session was revoked by somebody else; its data is gone and it can't commit.</summary>
    SessionRevoked,

    /// <summary>The attachment isn't in the point.</summary>
    AttachmentNotFound,

    /// <summary>The last key slot can't be removed.</summary>
    LastKeySlot,

    /// <summary>There is no such key slot.</summary>
    KeySlotNotFound,

    /// <summary>The store itself keeps the object until a date (object lock): it wasn't deleted.</summary>
    Retained,

    /// <summary>The store asked to be left alone for now, couldn't be reached, or didn't answer in time.</summary>
    Unavailable,

    /// <summary>The store doesn't do what a vault needs of one: two creations of one name both won, or a listing lacks what was just written.</summary>
    StoreUnfit,

    /// <summary>The store wasn't told who asks, or doesn't believe it: credentials are missing, wrong or outdated.</summary>
    NotAuthenticated,

    /// <summary>The store's certificate is of nobody who is trusted, or the file of the authorities that are trusted can't be used.</summary>
    NotTrusted,

    /// <summary>There is no such bucket, container or account.</summary>
    StoreMissing,

    /// <summary>What was named as the place of a vault isn't one that can be used.</summary>
    PlaceInvalid,

    /// <summary>Somebody else changed the same thing at the same time; nothing was changed here: try again.</summary>
    Conflict,
}
