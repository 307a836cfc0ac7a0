namespace Holdfast.Libvirt;

/// <summary>How a checkpoint is deleted (virDomainCheckpointDeleteFlags).</summary>
[Flags]
public enum CheckpointDeleteOptions
{
    /// <summary>The checkpoint; its bitmaps are merged into its parent's.</summary>
    None = 0,

    /// <summary>Its children too.</summary>
    Children = 1 << 0,

    /// <summary>libvirt's knowledge only; bitmaps stay in the images.</summary>
    MetadataOnly = 1 << 1,

    /// <summary>Its children only.</summary>
    ChildrenOnly = 1 << 2,
}
