namespace Holdfast.Vault;

/// <summary>What a pack holds.</summary>
internal enum PackKind : byte
{
    /// <summary>Chunks of disks and pieces of attachments.</summary>
    Data = 1,

    /// <summary>Map pages.</summary>
    Map = 2,
}
