using System.Xml.Linq;

namespace Holdfast.Libvirt;

/// <summary>A network interface of a domain.</summary>
/// <param name="Element">The element this was read from; for those who rewrite the document.</param>
public sealed record DomainInterface(XElement Element)
{
    /// <summary>The type: <c>network</c>, <c>bridge</c>, <c>user</c>, <c>direct</c>...</summary>
    public string Type => (string?)Element.Attribute("type") ?? "";

    /// <summary>The MAC address; null when libvirt is to choose.</summary>
    public string? Mac => (string?)Element.Element("mac")?.Attribute("address");

    /// <summary>The virtual network it is attached to.</summary>
    public string? SourceNetwork => (string?)Element.Element("source")?.Attribute("network");

    /// <summary>The bridge it is attached to (in live XML also that of its network).</summary>
    public string? SourceBridge => (string?)Element.Element("source")?.Attribute("bridge");

    /// <summary>The host device it is attached to.</summary>
    public string? SourceDevice => (string?)Element.Element("source")?.Attribute("dev");

    /// <summary>The device on the host, such as <c>vnet3</c>; chosen at each start.</summary>
    public string? TargetDevice => (string?)Element.Element("target")?.Attribute("dev");

    /// <summary>The model, such as <c>virtio</c>.</summary>
    public string? Model => (string?)Element.Element("model")?.Attribute("type");
}
