using System.Xml.Linq;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Vault;

namespace Holdfast.Protection.Restore;

/// <summary>Where the disks of a VM lie that are to be replaced.</summary>
/// <param name="Places">Target name to place.</param>
/// <param name="DefineXml">XML that must be defined with the new images, or null where the present one stays as it is.</param>
internal sealed record InPlaceLayout(IReadOnlyDictionary<string, ImagePlace> Places, string? DefineXml)
{
    /// <summary>Reads the places from a definition.</summary>
    /// <param name="vm">The VM's name.</param>
    /// <param name="xml">The definition that the VM will have.</param>
    /// <param name="disks">The disks to replace.</param>
    /// <param name="resolve">Gives a source's path on the host.</param>
    /// <param name="mustDefine">Whether the definition is a new one.</param>
    /// <exception cref="FaultException">A disk isn't there, or isn't a plain image file.</exception>
    public static InPlaceLayout Read(
        string vm, DomainXml xml, IReadOnlyList<PointDisk> disks, Func<DiskSource, string?> resolve, bool mustDefine)
    {
        var missing = disks.Where(d => xml.FindDisk(d.Name) is null).Select(d => d.Name).ToList();
        if (missing.Count > 0)
            throw new FaultException(RestoreFaults.InPlaceDisksDiffer(vm, missing));
        var places = new Dictionary<string, ImagePlace>(StringComparer.Ordinal);
        var definition = new XElement(xml.Root);
        foreach (var point in disks)
        {
            var disk = xml.FindDisk(point.Name)!;
            var isEncrypted = disk.Source.Encryption is not null;
            if (isEncrypted && disk.Source.Encryption!.LuksPassphrase is null)
                throw new FaultException(BackupFaults.EncryptedDiskUnsupported(vm, disk.Target));
            if (disk.Source.Kind is not (DiskSourceKind.File or DiskSourceKind.Volume) || disk.Source.HasSlices || disk.Device is not DiskDevice.Disk)
                throw new FaultException(BackupFaults.DiskTypeUnsupported(vm, disk.Target, disk.Source.HasSlices ? "slice" : disk.Source.Kind.ToString()));
            var path = resolve(disk.Source) ?? throw new FaultException(BackupFaults.DiskWithoutImage(vm, disk.Target));
            if (disk.Format is not (null or "qcow2" or "raw"))
                throw new FaultException(BackupFaults.ImageFormatUnsupported(path, disk.Format));
            path = RealPath(path);
            if (HostFile.Look(path) is { IsRegular: false })
                throw new FaultException(BackupFaults.DiskTypeUnsupported(vm, disk.Target, "block"));
            places.Add(disk.Target, new ImagePlace(path, disk.Format ?? "raw", isEncrypted));
            mustDefine |= ForgetChain(definition, disk.Target);
        }

        return new InPlaceLayout(places, mustDefine ? definition.ToString() : null);
    }

    /// <summary>Whether both name the same files in the same formats.</summary>
    public bool IsSameAs(InPlaceLayout other) => Places.Count == other.Places.Count
        && Places.All(p => other.Places.TryGetValue(p.Key, out var place) && place == p.Value);

    // The restored image stands alone. A chain that the definition spells out would show old data through its holes.
    private static bool ForgetChain(XElement definition, string target)
    {
        var disk = definition.Elements("devices").Elements("disk").First(d => (string?)d.Element("target")?.Attribute("dev") == target);
        var stale = disk.Elements("backingStore").Where(b => b.HasElements)
            .Concat(disk.Elements("source").Elements("dataStore")).Concat(disk.Elements("mirror")).ToList();
        foreach (var element in stale)
            element.Remove();
        return stale.Count > 0;
    }

    // The image is renamed, not a link to it.
    private static string RealPath(string path) =>
        Path.GetFullPath(File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path);
}
