namespace Holdfast.Libvirt;

/// <summary>Where a disk's data lies (the XML's <c>type</c>).</summary>
public enum DiskSourceKind
{
    /// <summary>No medium (an empty drive).</summary>
    None,

    /// <summary>A file on the host.</summary>
    File,

    /// <summary>A block device on the host.</summary>
    Block,

    /// <summary>A directory shown as a FAT disk.</summary>
    Directory,

    /// <summary>A network protocol: nbd, rbd, iscsi, gluster...</summary>
    Network,

    /// <summary>A volume of a storage pool.</summary>
    Volume,

    /// <summary>A host NVMe controller.</summary>
    Nvme,

    /// <summary>A vhost-user daemon.</summary>
    VhostUser,

    /// <summary>A vDPA device.</summary>
    VhostVdpa,

    /// <summary>Something newer.</summary>
    Other,
}
