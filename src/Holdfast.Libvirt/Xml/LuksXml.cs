using System.Globalization;
using System.Xml.Linq;

namespace Holdfast.Libvirt;

/// <summary>The element that tells libvirt to encrypt an image as LUKS.</summary>
public static class LuksXml
{
    /// <summary>The element, for a passphrase that libvirt keeps as a secret.</summary>
    /// <param name="secret">The secret.</param>
    public static XElement Of(Guid secret) => new(
        "encryption", new XAttribute("format", "luks"),
        new XElement("secret", new XAttribute("type", "passphrase"), new XAttribute("uuid", secret.ToString("D", CultureInfo.InvariantCulture))));
}
