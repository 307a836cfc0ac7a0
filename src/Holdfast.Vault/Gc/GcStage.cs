namespace Holdfast.Vault;

/// <summary>What a collection is doing.</summary>
public enum GcStage
{
    /// <summary>Reading the points' maps.</summary>
    Mark,

    /// <summary>Writing what is in use of nearly empty packs anew.</summary>
    Repack,

    /// <summary>Deleting packs.</summary>
    Drop,
}
