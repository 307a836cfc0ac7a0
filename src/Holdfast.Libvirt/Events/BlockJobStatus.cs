namespace Holdfast.Libvirt;

/// <summary>State of a block job in an event (virConnectDomainEventBlockJobStatus).</summary>
public enum BlockJobStatus
{
    /// <summary>Completed.</summary>
    Completed = 0,

    /// <summary>Failed.</summary>
    Failed = 1,

    /// <summary>Cancelled.</summary>
    Cancelled = 2,

    /// <summary>In step; can be pivoted.</summary>
    Ready = 3,
}
