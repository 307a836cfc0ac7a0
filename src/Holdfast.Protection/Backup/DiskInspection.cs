using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Backup;

/// <summary>Looks at a VM's disk: at its definition, then at its image and what that is based on. Runs and lists look in this one way.</summary>
internal static class DiskInspection
{
    /// <summary>What the domain's definition says of a disk.</summary>
    /// <exception cref="LibvirtException">Its volume's pool isn't active, so that its path can't be known.</exception>
    public static DiskFacts OfDomain(LibvirtConnection host, DomainDisk disk) => OfDomain(disk) with { SourcePath = host.ResolvePath(disk.Source) };

    /// <summary>The same without the path.</summary>
    public static DiskFacts OfDomain(DomainDisk disk) => new()
    {
        Target = disk.Target,
        Device = disk.Device switch { DiskDevice.CdRom => "cdrom", DiskDevice.Floppy => "floppy", DiskDevice.Lun => "lun", _ => "disk" },
        // A part of an image is a source of its own kind: who reads the image as such would take the whole for the disk.
        SourceType = disk.Source.HasSlices ? "slice" : disk.Source.Kind.ToString().ToLowerInvariant(),
        // libvirt never probes: what it isn't told, it takes for raw.
        Format = disk.Source.Kind is DiskSourceKind.None ? null : disk.Format ?? "raw",
        IsReadOnly = disk.IsReadOnly,
        IsShareable = disk.IsShareable,
        IsTransient = disk.IsTransient,
        IsEncrypted = disk.IsEncrypted,
        // An overlay that isn't encrypted over an image that is has no one way to be restored: it is refused.
        EncryptionSecret = disk.BackingChain.All(s => s.Encryption is null) ? disk.Source.Encryption?.LuksPassphrase : null,
    };

    /// <summary>Adds what its image says; a disk that is never backed up isn't looked into.</summary>
    /// <param name="facts">What the definition says.</param>
    /// <param name="domain">The VM.</param>
    /// <param name="disk">The disk in its XML.</param>
    /// <param name="isShared">Look although somebody may be writing to the image.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="FaultException">The image is missing, in use, or can't be read.</exception>
    public static async Task<DiskFacts> WithImageAsync(DiskFacts facts, Domain domain, DomainDisk disk, bool isShared, CancellationToken ct)
    {
        if (facts is not { Device: "disk", SourcePath: { } path, IsReadOnly: false, IsTransient: false, SourceType: "file" or "block" or "volume" })
            return facts;
        var isActive = domain.GetState().IsActive;
        // What libvirt calls a raw disk with encryption is LUKS as a whole; its size is without the header.
        var format = facts is { Format: "raw", EncryptionSecret: not null } ? "luks" : facts.Format;
        var chain = await ImageInfo.ReadChainAsync(path, format, isShared, ct).ConfigureAwait(false);
        string[] paths = isActive && disk.IsBackingChainComplete
            ? [path, .. disk.BackingChain.Select(s => s.Path).OfType<string>()] : [.. chain.Select(i => i.Path)];
        return facts with
        {
            IsEncrypted = facts.IsEncrypted || chain.Any(i => i.IsEncrypted),
            EncryptionSecret = chain[0].IsEncrypted && !chain.Skip(1).Any(i => i.IsEncrypted) ? facts.EncryptionSecret : null,
            SizeBytes = chain[0].SizeBytes,
            HasGuessedBacking = !isActive && chain.Any(i => i.HasGuessedBacking),
            TrackingObstacle = chain[0].TrackingObstacle ?? (disk.IsShareable ? "other VMs may write to it" : null),
            Bitmaps = chain[0].Bitmaps,
            Chain = [.. paths.Select(ImageIdentity.Of)],
        };
    }

    /// <summary>Whether a VM has the disks that it had: the same targets, images and encryption. Media of drives come and go.</summary>
    public static bool HaveSameDisks(DomainXml before, DomainXml now)
    {
        return Disks(before).SequenceEqual(Disks(now));

        static IEnumerable<object> Disks(DomainXml xml) => xml.Disks.Where(d => d.Device is DiskDevice.Disk or DiskDevice.Lun).OrderBy(d => d.Target, StringComparer.Ordinal)
            .Select(d => (object)(d.Target, d.Source.Kind, d.Source.Path, d.Source.Pool, d.Source.Volume, d.Source.NetworkName, d.Format, d.Source.Encryption?.LuksPassphrase));
    }
}
