namespace Holdfast.Libvirt;

/// <summary>A document isn't what libvirt would write: not well formed, too large, or with another root or shape.</summary>
public sealed class LibvirtXmlException : Exception
{
    internal LibvirtXmlException(string message)
        : base(message)
    {
    }

    internal LibvirtXmlException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
