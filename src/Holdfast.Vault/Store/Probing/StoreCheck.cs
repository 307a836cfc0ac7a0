namespace Holdfast.Vault;

/// <summary>What a store owes and is tried for.</summary>
public enum StoreCheck
{
    /// <summary>Of several creations of one name at once exactly one wins.</summary>
    RaceHasOneWinner,

    /// <summary>A later creation of the same name loses, and changes nothing.</summary>
    NothingIsReplaced,

    /// <summary>The same for objects that are written piece by piece.</summary>
    NothingIsReplacedByUpload,

    /// <summary>An object that was just created is listed, with its length.</summary>
    FreshObjectIsListed,

    /// <summary>Ranges are read right, also at the end.</summary>
    RangesAreRight,

    /// <summary>What was deleted is gone, and isn't listed any more.</summary>
    DeletedIsGone,

    /// <summary>The store's clock is near this machine's.</summary>
    ClockIsNear,
}
