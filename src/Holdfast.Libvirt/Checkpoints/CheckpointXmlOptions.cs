namespace Holdfast.Libvirt;

/// <summary>How a checkpoint is described (virDomainCheckpointXMLFlags).</summary>
[Flags]
public enum CheckpointXmlOptions
{
    /// <summary>With the domain's XML of that time.</summary>
    None = 0,

    /// <summary>With sensitive data.</summary>
    Secure = 1 << 0,

    /// <summary>Without the domain's XML.</summary>
    NoDomain = 1 << 1,

    /// <summary>With the dirty bytes per disk since the checkpoint; the domain must run. See the README for what it does when a bitmap is broken.</summary>
    Size = 1 << 2,
}
