namespace Holdfast.Libvirt;

/// <summary>What a disk's block job does (virDomainBlockJobType).</summary>
public enum BlockJobType
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>Block pull.</summary>
    Pull = 1,

    /// <summary>Block copy.</summary>
    Copy = 2,

    /// <summary>Commit of an inner image.</summary>
    Commit = 3,

    /// <summary>Commit of the active image.</summary>
    ActiveCommit = 4,

    /// <summary>A backup job.</summary>
    Backup = 5,
}
