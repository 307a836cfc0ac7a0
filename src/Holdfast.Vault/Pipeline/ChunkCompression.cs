namespace Holdfast.Vault;

/// <summary>How hard a session's new chunks are compressed. Readers needn't know: a record says whether it is compressed (zstd) or not.</summary>
/// <remarks>Chunks that the vault has already are not compressed again, whatever they were stored with.</remarks>
public enum ChunkCompression
{
    /// <summary>zstd level 1.</summary>
    Default,

    /// <summary>zstd level -1: a fifth less time, a tenth more space.</summary>
    Fastest,

    /// <summary>zstd level 3: a third more time, some percent less space.</summary>
    Better,

    /// <summary>None: for disks whose content is compressed or encrypted already.</summary>
    Off,
}
