using System.Xml.Linq;

namespace Holdfast.Libvirt;

/// <summary>A path on the host that a domain's XML names, and the place where it does.</summary>
public sealed class HostPath
{
    private readonly XAttribute? _attribute;

    internal HostPath(XElement element, XAttribute? attribute, HostPathRole role)
    {
        Element = element;
        _attribute = attribute;
        Role = role;
    }

    /// <summary>What the path is to the domain.</summary>
    public HostPathRole Role { get; }

    /// <summary>The path.</summary>
    public string Path => _attribute?.Value ?? Element.Value.Trim();

    /// <summary>The element that names it, by its own text or by an attribute.</summary>
    public XElement Element { get; }

    /// <summary>Element names from <c>domain</c> down, and the attribute after an at sign.</summary>
    public string Location => string.Join('/', Element.AncestorsAndSelf().Reverse().Select(e => e.Name.LocalName))
        + (_attribute is null ? "" : "/@" + _attribute.Name.LocalName);

    /// <summary>Writes another path in its place.</summary>
    /// <param name="path">The new path.</param>
    public void Replace(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (_attribute is null)
        {
            Element.Value = path;
        }
        else
        {
            _attribute.Value = path;
        }
    }
}
