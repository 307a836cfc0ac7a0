namespace Holdfast.Libvirt;

/// <summary>What a path on the host is to a domain.</summary>
public enum HostPathRole
{
    /// <summary>A disk's image.</summary>
    DiskImage,

    /// <summary>A member of a disk's backing chain.</summary>
    BackingImage,

    /// <summary>A qcow2 image's external data file.</summary>
    DataFile,

    /// <summary>The target of a running block copy.</summary>
    MirrorImage,

    /// <summary>A CD-ROM or floppy image.</summary>
    RemovableMedium,

    /// <summary>The firmware.</summary>
    Loader,

    /// <summary>The firmware's variables.</summary>
    Nvram,

    /// <summary>The template they are made from.</summary>
    NvramTemplate,

    /// <summary>A kernel booted directly.</summary>
    Kernel,

    /// <summary>Its initial RAM disk.</summary>
    Initrd,

    /// <summary>Its device tree.</summary>
    DeviceTree,

    /// <summary>An ACPI table.</summary>
    AcpiTable,

    /// <summary>A fw_cfg entry read from a file.</summary>
    FirmwareConfig,

    /// <summary>The QEMU program.</summary>
    Emulator,

    /// <summary>A character device's log file.</summary>
    CharacterLog,

    /// <summary>The file, pipe, socket or device behind a serial port, console, parallel port or redirected device.</summary>
    CharacterDevice,

    /// <summary>The socket behind a channel (guest agent, SPICE).</summary>
    ChannelSocket,

    /// <summary>A pseudo-terminal; libvirt picks it at each start.</summary>
    Pty,

    /// <summary>A socket of a graphical display.</summary>
    GraphicsSocket,

    /// <summary>A host directory passed through.</summary>
    Filesystem,

    /// <summary>A shared memory server.</summary>
    SharedMemory,

    /// <summary>A file that backs memory (NVDIMM and the like).</summary>
    Memory,

    /// <summary>A TPM device, socket or state.</summary>
    Tpm,

    /// <summary>A source of randomness.</summary>
    Random,

    /// <summary>A script run for an interface.</summary>
    NetworkScript,

    /// <summary>A device or socket behind an interface.</summary>
    NetworkDevice,

    /// <summary>A daemon's socket that a disk needs (persistent reservations, NBD, vhost-user).</summary>
    DiskService,

    /// <summary>A host device passed through.</summary>
    HostDevice,

    /// <summary>An input device passed through.</summary>
    Input,

    /// <summary>A persistent store for crash records.</summary>
    Pstore,

    /// <summary>Something else that names a path.</summary>
    Other,
}
