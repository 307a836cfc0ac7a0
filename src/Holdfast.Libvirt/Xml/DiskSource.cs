using System.Xml.Linq;

namespace Holdfast.Libvirt;

/// <summary>One image: a disk's own, or a member of its backing chain.</summary>
public sealed record DiskSource
{
    /// <summary>Where it lies.</summary>
    public required DiskSourceKind Kind { get; init; }

    /// <summary>The host path of a file, block device or directory; null otherwise.</summary>
    public string? Path { get; init; }

    /// <summary>The pool of a volume.</summary>
    public string? Pool { get; init; }

    /// <summary>The name of a volume.</summary>
    public string? Volume { get; init; }

    /// <summary>The protocol of a network source.</summary>
    public string? Protocol { get; init; }

    /// <summary>The name of a network source, in its protocol's own form.</summary>
    public string? NetworkName { get; init; }

    /// <summary>The image format (<c>qcow2</c>, <c>raw</c>...); null when not said, which libvirt treats as raw.</summary>
    public string? Format { get; init; }

    /// <summary>The index that names it in calls as <c>vda[index]</c>; live XML only.</summary>
    public int? Index { get; init; }

    /// <summary>Its encryption, if any.</summary>
    public DiskEncryption? Encryption { get; init; }

    /// <summary>A qcow2 image's external data file, where libvirt says so (10.10 and newer; older ones keep silent, look into the image).</summary>
    public DiskSource? DataFile { get; init; }

    /// <summary>Only a slice (offset and size) of the container is the image.</summary>
    public bool HasSlices { get; init; }

    internal static DiskSource Read(XElement owner, XElement? source, string? format, string location)
    {
        // Since libvirt 10.10 <source> may hold <dataStore>; <encryption> may be the source's or, in older XML, the disk's child.
        var encryption = source?.Element("encryption") ?? owner.Element("encryption");
        var dataStore = source?.Element("dataStore") ?? owner.Element("dataStore");
        var kind = source is null ? DiskSourceKind.None : KindOf((string?)owner.Attribute("type"));
        var path = kind switch
        {
            DiskSourceKind.File => (string?)source!.Attribute("file"),
            DiskSourceKind.Block or DiskSourceKind.VhostVdpa => (string?)source!.Attribute("dev"),
            DiskSourceKind.Directory => (string?)source!.Attribute("dir"),
            _ => null,
        };
        return new DiskSource
        {
            Kind = kind is DiskSourceKind.File && path is null ? DiskSourceKind.None : kind,
            Path = path,
            Pool = (string?)source?.Attribute("pool"),
            Volume = (string?)source?.Attribute("volume"),
            Protocol = (string?)source?.Attribute("protocol"),
            NetworkName = kind is DiskSourceKind.Network ? (string?)source?.Attribute("name") : null,
            Format = format,
            Index = int.TryParse((string?)source?.Attribute("index"), out var index) ? index : null,
            Encryption = encryption is null
                ? null
                : new DiskEncryption(
                    (string?)encryption.Attribute("format") ?? "", (string?)encryption.Attribute("engine"), XmlSecrets.In(encryption, $"{location}/encryption")),
            DataFile = dataStore is null
                ? null
                : Read(dataStore, dataStore.Element("source"), (string?)dataStore.Element("format")?.Attribute("type"), $"{location}/dataStore"),
            HasSlices = source?.Element("slices") is not null,
        };
    }

    private static DiskSourceKind KindOf(string? type) => type switch
    {
        null or "file" => DiskSourceKind.File,
        "block" => DiskSourceKind.Block,
        "dir" => DiskSourceKind.Directory,
        "network" => DiskSourceKind.Network,
        "volume" => DiskSourceKind.Volume,
        "nvme" => DiskSourceKind.Nvme,
        "vhostuser" => DiskSourceKind.VhostUser,
        "vhostvdpa" => DiskSourceKind.VhostVdpa,
        _ => DiskSourceKind.Other,
    };
}
