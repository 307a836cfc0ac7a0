namespace Holdfast.Libvirt;

/// <summary>How a domain is described (virDomainXMLFlags).</summary>
[Flags]
public enum DomainXmlOptions
{
    /// <summary>The live state of an active domain, the definition of an inactive one.</summary>
    None = 0,

    /// <summary>With sensitive data, such as graphics passwords. Treat the text as a secret; refused on read-only connections.</summary>
    Secure = 1 << 0,

    /// <summary>The persistent definition.</summary>
    Inactive = 1 << 1,

    /// <summary>With the CPU as the host provides it.</summary>
    UpdateCpu = 1 << 2,

    /// <summary>Without what another host could not use.</summary>
    Migratable = 1 << 3,
}
