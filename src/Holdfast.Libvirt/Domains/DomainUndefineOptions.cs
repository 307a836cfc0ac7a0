namespace Holdfast.Libvirt;

/// <summary>What goes away with a definition (virDomainUndefineFlagsValues).</summary>
[Flags]
public enum DomainUndefineOptions
{
    /// <summary>Nothing else; refused when something of the kinds below exists.</summary>
    None = 0,

    /// <summary>The managed save image.</summary>
    ManagedSave = 1 << 0,

    /// <summary>Snapshot metadata, not their contents.</summary>
    SnapshotsMetadata = 1 << 1,

    /// <summary>The NVRAM file.</summary>
    Nvram = 1 << 2,

    /// <summary>The NVRAM file stays.</summary>
    KeepNvram = 1 << 3,

    /// <summary>Checkpoint metadata; bitmaps stay in the images.</summary>
    CheckpointsMetadata = 1 << 4,

    /// <summary>The TPM state.</summary>
    Tpm = 1 << 5,

    /// <summary>The TPM state stays.</summary>
    KeepTpm = 1 << 6,
}
