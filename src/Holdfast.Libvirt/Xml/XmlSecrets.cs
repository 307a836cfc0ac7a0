using System.Xml.Linq;

namespace Holdfast.Libvirt;

internal static class XmlSecrets
{
    /// <summary>Every reference below (and at) an element: <c>&lt;secret uuid= usage=&gt;</c>, and the vTPM's <c>&lt;encryption secret=&gt;</c>.</summary>
    internal static List<SecretReference> In(XElement root, string location)
    {
        var found = new List<SecretReference>();
        foreach (var element in root.DescendantsAndSelf())
        {
            if (element.Name == "secret" && ((string?)element.Attribute("uuid") ?? (string?)element.Attribute("usage")) is not null)
            {
                found.Add(new SecretReference(Uuid(element.Attribute("uuid")), (string?)element.Attribute("usage"), Location(element, root, location)));
            }
            else if (element.Name == "encryption" && element.Attribute("secret") is { } secret)
            {
                found.Add(new SecretReference(Uuid(secret), null, Location(element, root, location)));
            }
        }

        return found;
    }

    internal static Guid? Uuid(XAttribute? attribute) => Guid.TryParse((string?)attribute, out var uuid) ? uuid : null;

    private static string Location(XElement element, XElement root, string rootLocation) =>
        string.Join('/', element.AncestorsAndSelf().TakeWhile(e => e != root).Select(e => e.Name.LocalName).Append(rootLocation).Reverse());
}
