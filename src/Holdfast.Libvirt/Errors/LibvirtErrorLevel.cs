namespace Holdfast.Libvirt;

/// <summary>How consequent an error is (virErrorLevel).</summary>
public enum LibvirtErrorLevel
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>A simple warning.</summary>
    Warning = 1,

    /// <summary>An error.</summary>
    Error = 2,
}
