namespace Holdfast.Libvirt;

/// <summary>Whether a job runs, or how it ended (virDomainJobType).</summary>
public enum DomainJobType
{
    /// <summary>No job.</summary>
    None = 0,

    /// <summary>Running, with a known end.</summary>
    Bounded = 1,

    /// <summary>Running, without a known end (a pull backup is one).</summary>
    Unbounded = 2,

    /// <summary>Completed.</summary>
    Completed = 3,

    /// <summary>Failed.</summary>
    Failed = 4,

    /// <summary>Cancelled.</summary>
    Cancelled = 5,
}
