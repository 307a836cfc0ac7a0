namespace Holdfast.Protection.Restore;

/// <summary>Format of restored images.</summary>
public enum ImageFormat
{
    /// <summary>A sparse raw file.</summary>
    Raw,
    /// <summary>A thin qcow2 image.</summary>
    Qcow2,
}

/// <summary>What is asked of a restore.</summary>
public abstract record RestoreOptions
{
    /// <summary>Target names of the disks to restore; empty for all in the point.</summary>
    public IReadOnlyCollection<string> Disks { get; init; } = [];

    /// <summary>Write the disks of an encrypted VM in the clear. Else they are encrypted again as they were, with the passphrase that they had.</summary>
    public bool Decrypt { get; init; }
}

/// <summary>Restore as a new VM beside the old one: new UUID, new MACs, every host path rewritten.</summary>
/// <param name="NewName">The new VM's name; must be free.</param>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "It restores as a new VM; it isn't a newer RestoreAs.")]
public sealed record RestoreAsNew(string NewName) : RestoreOptions
{
    /// <summary>libvirt network for every interface, and for one that is added where the VM has none; null keeps the saved ones.</summary>
    public string? Network { get; init; }

    /// <summary>Port group of <see cref="Network"/>, libvirt's word for a subnet; null for the network's default.</summary>
    public string? Subnet { get; init; }

    /// <summary>Storage pool that the images go to (a dir pool).</summary>
    public string? Pool { get; init; }

    /// <summary>Folder that the images go to. With neither this nor <see cref="Pool"/>: the folder of the saved disk where it exists.</summary>
    public string? DisksDirectory { get; init; }

    /// <summary>Start the VM at the end.</summary>
    public bool Start { get; init; }
}

/// <summary>Put the point's disks in the place of the VM's present ones. All disks or none, also after a crash.</summary>
public sealed record RestoreInPlace : RestoreOptions
{
    /// <summary>Shut the VM down first if it runs; else a running VM is refused.</summary>
    public bool Shutdown { get; init; }

    /// <summary>Put back the saved configuration too; else the present domain XML is kept.</summary>
    public bool WithConfiguration { get; init; }

    /// <summary>Start the VM at the end.</summary>
    public bool Start { get; init; }
}

/// <summary>Write the disks as image files into a folder; no VM is touched.</summary>
/// <param name="Directory">The folder; made if missing. Existing files are never overwritten.</param>
/// <param name="Format">Format of the images.</param>
public sealed record RestoreDisks(string Directory, ImageFormat Format) : RestoreOptions
{
    /// <summary>Write the saved domain XML (and nvram) beside the images.</summary>
    public bool WithConfiguration { get; init; }
}

/// <summary>What a restore achieved.</summary>
/// <param name="Uuid">UUID of the VM restored, or null for disks only.</param>
/// <param name="Name">Its name, or null.</param>
/// <param name="Images">Target name to path of each image written; "xml" and "nvram" to those of a configuration that was written beside them.</param>
/// <param name="WrittenBytes">Bytes of data written (zeros aren't).</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Warnings">What the user should know.</param>
/// <param name="Times">Where the time went; null where that isn't known.</param>
public sealed record RestoreResult(
    Guid? Uuid, string? Name, IReadOnlyDictionary<string, string> Images, long WrittenBytes, TimeSpan Duration,
    IReadOnlyList<Holdfast.Faults.Fault> Warnings, Holdfast.Protection.Backup.PhaseTimes? Times = null);
