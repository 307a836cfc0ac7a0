using System.Globalization;
using System.Xml.Linq;

namespace Holdfast.Libvirt;

/// <summary>A checkpoint: to create one, or read from libvirt.</summary>
public sealed record CheckpointXml
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>A text for people.</summary>
    public string? Description { get; init; }

    /// <summary>The disks. Name every one of the domain's: libvirt tracks those left out by default, and refuses for disks that it can't track.</summary>
    public required IReadOnlyList<CheckpointDiskXml> Disks { get; init; }

    /// <summary>When it was created; only read.</summary>
    public DateTimeOffset? CreatedUtc { get; init; }

    /// <summary>The parent's name; only read, null for a root.</summary>
    public string? ParentName { get; init; }

    /// <summary>The domain as it was then; only read, and only without <see cref="CheckpointXmlOptions.NoDomain"/>.</summary>
    public DomainXml? Domain { get; init; }

    /// <summary>Reads a <c>domaincheckpoint</c> document.</summary>
    /// <param name="xml">What libvirt wrote.</param>
    public static CheckpointXml Parse(string xml)
    {
        var root = SafeXml.Parse(xml, "domaincheckpoint");
        return new CheckpointXml
        {
            Name = (string?)root.Element("name") ?? "",
            Description = (string?)root.Element("description"),
            Disks = [.. (root.Element("disks")?.Elements("disk") ?? []).Select(ReadDisk)],
            CreatedUtc = Number(root.Element("creationTime")?.Value) is { } seconds and < 253402300800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
            ParentName = (string?)root.Element("parent")?.Element("name"),
            Domain = root.Element("domain") is { } domain ? DomainXml.Read(domain) : null,
        };
    }

    /// <summary>The <c>domaincheckpoint</c> document that creates it.</summary>
    public string ToXml() => new XElement(
        "domaincheckpoint",
        new XElement("name", Name),
        Description is null ? null : new XElement("description", Description),
        new XElement("disks", Disks.Select(WriteDisk))).ToString();

    private static CheckpointDiskXml ReadDisk(XElement disk) => new()
    {
        Target = (string?)disk.Attribute("name") ?? "",
        IsTracked = (string?)disk.Attribute("checkpoint") == "bitmap",
        Bitmap = (string?)disk.Attribute("bitmap"),
        SizeBytes = Number((string?)disk.Attribute("size")),
    };

    private static XElement WriteDisk(CheckpointDiskXml disk) => new(
        "disk",
        new XAttribute("name", disk.Target),
        new XAttribute("checkpoint", disk.IsTracked ? "bitmap" : "no"),
        disk is { IsTracked: true, Bitmap: { } bitmap } ? new XAttribute("bitmap", bitmap) : null);

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
