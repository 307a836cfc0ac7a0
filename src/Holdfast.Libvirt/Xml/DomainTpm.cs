using System.Xml.Linq;

namespace Holdfast.Libvirt;

/// <summary>A TPM of a domain.</summary>
/// <param name="Element">The element this was read from.</param>
public sealed record DomainTpm(XElement Element)
{
    private XElement? Backend => Element.Element("backend");

    /// <summary>The model, such as <c>tpm-crb</c>.</summary>
    public string? Model => (string?)Element.Attribute("model");

    /// <summary>The backend: <c>emulator</c> (swtpm, whose state lies on the host), <c>passthrough</c>, <c>external</c>.</summary>
    public string? Backing => (string?)Backend?.Attribute("type");

    /// <summary>Whether an emulator stands for it, which keeps its state in a file on the host.</summary>
    public bool IsEmulated => Backing == "emulator";

    /// <summary>Whether the definition says where the state lies, as newer versions of libvirt can; else libvirt chooses.</summary>
    public bool HasOwnStatePlace => Backend?.Element("source") is not null;

    /// <summary>The version, such as <c>2.0</c>.</summary>
    public string? Version => (string?)Backend?.Attribute("version");

    /// <summary>The secret that encrypts its state.</summary>
    public Guid? EncryptionSecret => XmlSecrets.Uuid(Backend?.Element("encryption")?.Attribute("secret"));
}
