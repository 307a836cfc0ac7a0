using System.Xml.Linq;

namespace Holdfast.Libvirt;

/// <summary>A domain's XML, read. What it says is a view of the document at parsing time; <see cref="Root"/> may be rewritten and written again.</summary>
public sealed class DomainXml
{
    private DomainXml(XElement root)
    {
        Root = root;
        Type = (string?)root.Attribute("type") ?? "";
        Name = (string?)root.Element("name") ?? "";
        Uuid = Guid.TryParse((string?)root.Element("uuid"), out var uuid) ? uuid : null;
        var devices = root.Element("devices");
        Disks = [.. Devices(devices, "disk").Select(DomainDisk.Read)];
        Interfaces = [.. Devices(devices, "interface").Select(e => new DomainInterface(e))];
        Tpms = [.. Devices(devices, "tpm").Select(e => new DomainTpm(e))];
        AgentChannel = ReadAgentChannel(devices);
        Firmware = ReadFirmware(root.Element("os"));
        Secrets = XmlSecrets.In(root, "domain");
        HostPaths = HostPathFinder.Find(root);
    }

    /// <summary>The document's root, free to be rewritten by its owner.</summary>
    public XElement Root { get; }

    /// <summary>The domain type: <c>kvm</c>, <c>qemu</c>, <c>test</c>...</summary>
    public string Type { get; }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The UUID; null in XML that leaves the choice to libvirt.</summary>
    public Guid? Uuid { get; }

    /// <summary>The disks, cdroms and floppies included.</summary>
    public IReadOnlyList<DomainDisk> Disks { get; }

    /// <summary>The network interfaces.</summary>
    public IReadOnlyList<DomainInterface> Interfaces { get; }

    /// <summary>The TPMs.</summary>
    public IReadOnlyList<DomainTpm> Tpms { get; }

    /// <summary>The guest agent's channel; null when the domain has none.</summary>
    public GuestAgentChannel? AgentChannel { get; }

    /// <summary>The firmware.</summary>
    public DomainFirmware Firmware { get; }

    /// <summary>Every secret referred to anywhere: encryption, authentication, vTPM.</summary>
    public IReadOnlyList<SecretReference> Secrets { get; }

    /// <summary>Every path on the host that the document names (INV-8).</summary>
    public IReadOnlyList<HostPath> HostPaths { get; }

    /// <summary>Arguments are passed to QEMU behind libvirt's back; they may name anything.</summary>
    public bool HasQemuCommandLine => Root.Elements().Any(e => e.Name.LocalName is "commandline" or "override" or "deviceOverride" && e.Name.Namespace != XNamespace.None);

    /// <summary>Reads a domain's XML.</summary>
    /// <param name="xml">A <c>domain</c> document, as libvirt writes it.</param>
    /// <exception cref="LibvirtXmlException">It isn't one.</exception>
    public static DomainXml Parse(string xml) => new(SafeXml.Parse(xml, "domain"));

    /// <summary>Reads the domain that an element holds (a checkpoint's, a snapshot's); the element is copied.</summary>
    /// <param name="element">A <c>domain</c> element.</param>
    public static DomainXml Read(XElement element)
    {
        ArgumentNullException.ThrowIfNull(element);
        return element.Name == "domain" ? new DomainXml(new XElement(element)) : throw new LibvirtXmlException("The element isn't a <domain>.");
    }

    /// <summary>The disk with a target; null when there is none.</summary>
    /// <param name="target">The target, such as <c>vda</c>.</param>
    public DomainDisk? FindDisk(string target) => Disks.FirstOrDefault(d => d.Target == target);

    /// <summary>The document as text, with whatever was rewritten.</summary>
    public string ToXml() => Root.ToString();

    private static IEnumerable<XElement> Devices(XElement? devices, string name) => devices?.Elements(name) ?? [];

    private static GuestAgentChannel? ReadAgentChannel(XElement? devices)
    {
        var channel = Devices(devices, "channel").FirstOrDefault(c =>
            (string?)c.Element("target")?.Attribute("type") == "virtio"
            && (string?)c.Element("target")?.Attribute("name") == GuestAgentChannel.PortName);
        return channel is null
            ? null
            : new GuestAgentChannel(
                (string?)channel.Element("target")?.Attribute("state") switch { "connected" => true, "disconnected" => false, _ => null },
                (string?)channel.Element("source")?.Attribute("path"));
    }

    private static DomainFirmware ReadFirmware(XElement? os)
    {
        var loader = os?.Element("loader");
        var nvram = os?.Element("nvram");
        var typed = nvram?.Attribute("type") is not null;
        var source = typed ? DiskSource.Read(nvram!, nvram!.Element("source"), null, "domain/os/nvram") : null;
        return new DomainFirmware(
            (string?)os?.Attribute("firmware"),
            Text(loader),
            (string?)loader?.Attribute("type"),
            (string?)loader?.Attribute("secure") == "yes",
            typed ? source!.Path : Text(nvram),
            (string?)nvram?.Attribute("template"),
            source?.Kind ?? DiskSourceKind.File);
    }

    private static string? Text(XElement? element) => element is { HasElements: false } && element.Value.Trim() is { Length: > 0 } text ? text : null;
}
