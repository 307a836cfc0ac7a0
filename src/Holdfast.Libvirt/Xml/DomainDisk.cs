using System.Xml.Linq;

namespace Holdfast.Libvirt;

/// <summary>A disk of a domain.</summary>
public sealed class DomainDisk
{
    private DomainDisk(XElement element, DiskSource source, IReadOnlyList<DiskSource> backingChain, bool isBackingChainComplete)
    {
        Element = element;
        Source = source;
        BackingChain = backingChain;
        IsBackingChainComplete = isBackingChainComplete;
    }

    /// <summary>The element this was read from; for those who rewrite the document.</summary>
    public XElement Element { get; }

    /// <summary>The target, such as <c>vda</c>: the disk's name within the domain.</summary>
    public string Target => (string?)Element.Element("target")?.Attribute("dev") ?? "";

    /// <summary>The bus: <c>virtio</c>, <c>scsi</c>, <c>sata</c>...</summary>
    public string? Bus => (string?)Element.Element("target")?.Attribute("bus");

    /// <summary>What it is to the guest.</summary>
    public DiskDevice Device => (string?)Element.Attribute("device") switch
    {
        null or "disk" => DiskDevice.Disk,
        "lun" => DiskDevice.Lun,
        "cdrom" => DiskDevice.CdRom,
        "floppy" => DiskDevice.Floppy,
        _ => DiskDevice.Other,
    };

    /// <summary>The image.</summary>
    public DiskSource Source { get; }

    /// <summary>The format of the image; see <see cref="DiskSource.Format"/>.</summary>
    public string? Format => Source.Format;

    /// <summary>The guest can't write to it.</summary>
    public bool IsReadOnly => Element.Element("readonly") is not null || Device is DiskDevice.CdRom;

    /// <summary>It may be shared with other domains, whose writes no bitmap sees.</summary>
    public bool IsShareable => Element.Element("shareable") is not null;

    /// <summary>Its changes are thrown away when the domain stops.</summary>
    public bool IsTransient => Element.Element("transient") is not null;

    /// <summary>The images below the disk's own, nearest first, as the XML tells.</summary>
    public IReadOnlyList<DiskSource> BackingChain { get; }

    /// <summary>The chain is said to its end, as live XML does; a definition usually says nothing of it.</summary>
    public bool IsBackingChainComplete { get; }

    /// <summary>A block copy or an active commit runs on it; its job type as the XML names it. Null when none does.</summary>
    public string? MirrorJob => Element.Element("mirror") is { } mirror ? (string?)mirror.Attribute("job") ?? "copy" : null;

    /// <summary>The serial number the guest sees.</summary>
    public string? Serial => (string?)Element.Element("serial");

    /// <summary>The device's alias, as events name it.</summary>
    public string? Alias => (string?)Element.Element("alias")?.Attribute("name");

    /// <summary>The image or a member of its chain is encrypted by libvirt.</summary>
    public bool IsEncrypted => Source.Encryption is not null || BackingChain.Any(s => s.Encryption is not null);

    internal static DomainDisk Read(XElement element)
    {
        var source = DiskSource.Read(element, element.Element("source"), (string?)element.Element("driver")?.Attribute("type"), "domain/devices/disk");
        var chain = new List<DiskSource>();
        var backing = element.Element("backingStore");
        while (backing is not null && backing.HasElements)
        {
            chain.Add(DiskSource.Read(
                backing,
                backing.Element("source"),
                (string?)backing.Element("format")?.Attribute("type"),
                "domain/devices/disk/backingStore"));
            backing = backing.Element("backingStore");
        }

        return new DomainDisk(element, source, chain, backing is not null);
    }
}
