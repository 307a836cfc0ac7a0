namespace Holdfast.Libvirt;

/// <summary>What dropping a checkpoint came to.</summary>
public enum CheckpointDropOutcome
{
    /// <summary>libvirt knew no such checkpoint.</summary>
    AlreadyGone,

    /// <summary>It is gone with all of its bitmaps.</summary>
    Dropped,

    /// <summary>It is gone with the bitmaps that were left; some disks had lost theirs before.</summary>
    DroppedDamaged,

    /// <summary>libvirt forgot it, but bitmaps of its name may stay in images.</summary>
    MetadataOnly,
}
