using System.Globalization;
using System.Xml.Linq;

namespace Holdfast.Libvirt;

/// <summary>A volume to create: thin, of the given format.</summary>
/// <param name="Name">Its name; a plain file name.</param>
/// <param name="CapacityBytes">What a guest sees.</param>
/// <param name="Format"><c>qcow2</c> or <c>raw</c>.</param>
public sealed record VolumeXml(string Name, long CapacityBytes, string Format)
{
    /// <summary>The <c>volume</c> document.</summary>
    public string ToXml() => new XElement(
        "volume",
        new XElement("name", Name),
        new XElement("capacity", new XAttribute("unit", "bytes"), CapacityBytes.ToString(CultureInfo.InvariantCulture)),
        new XElement("allocation", new XAttribute("unit", "bytes"), "0"),
        new XElement("target", new XElement("format", new XAttribute("type", Format)))).ToString();
}
