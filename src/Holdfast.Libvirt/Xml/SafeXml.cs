using System.Xml;
using System.Xml.Linq;

namespace Holdfast.Libvirt;

/// <summary>INV-5: XML is read without DTDs, entities or resolvers, and with bounded size and depth; it is never built from text.</summary>
internal static class SafeXml
{
    internal const int CharactersMax = 16 * 1024 * 1024;
    internal const int DepthMax = 1024;

    internal static XElement Parse(string xml, string rootName)
    {
        ArgumentNullException.ThrowIfNull(xml);
        if (xml.Length > CharactersMax)
        {
            throw new LibvirtXmlException($"The <{rootName}> document is larger than 16 MiB.");
        }

        try
        {
            CheckDepth(xml);
            using var reader = XmlReader.Create(new StringReader(xml), Settings());
            var root = XDocument.Load(reader, LoadOptions.None).Root!;
            return root.Name.LocalName == rootName && root.Name.Namespace == XNamespace.None
                ? root
                : throw new LibvirtXmlException($"A <{rootName}> document was expected, not <{root.Name.LocalName}>.");
        }
        catch (XmlException e)
        {
            throw new LibvirtXmlException($"The <{rootName}> document is not well formed: {e.Message}", e);
        }
    }

    private static XmlReaderSettings Settings() => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = CharactersMax,
        MaxCharactersFromEntities = 1,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    private static void CheckDepth(string xml)
    {
        using var reader = XmlReader.Create(new StringReader(xml), Settings());
        while (reader.Read())
        {
            if (reader.Depth > DepthMax)
            {
                throw new LibvirtXmlException($"The document nests deeper than {DepthMax} elements.");
            }
        }
    }
}
