namespace Holdfast.Libvirt;

/// <summary>How a domain is started (virDomainCreateFlags).</summary>
[Flags]
public enum DomainStartOptions
{
    /// <summary>Plainly.</summary>
    None = 0,

    /// <summary>CPUs stay stopped until resumed.</summary>
    Paused = 1 << 0,

    /// <summary>Destroyed when this connection closes.</summary>
    AutoDestroy = 1 << 1,

    /// <summary>No file system cache when loading a saved state.</summary>
    BypassCache = 1 << 2,

    /// <summary>A managed save image is thrown away.</summary>
    ForceBoot = 1 << 3,

    /// <summary>The XML is checked against the schema (only when created from XML).</summary>
    Validate = 1 << 4,

    /// <summary>The NVRAM is made anew from its template.</summary>
    ResetNvram = 1 << 5,
}
