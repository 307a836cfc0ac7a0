namespace Holdfast.Libvirt;

/// <summary>Something that libvirt reported.</summary>
public abstract record LibvirtEvent;

/// <summary>Something that happened to a domain.</summary>
/// <param name="DomainUuid">The domain's UUID.</param>
/// <param name="DomainName">The domain's name at that moment.</param>
public abstract record DomainEvent(Guid DomainUuid, string DomainName) : LibvirtEvent;

/// <summary>A domain started, stopped, paused...</summary>
/// <param name="DomainUuid">The domain's UUID.</param>
/// <param name="DomainName">The domain's name.</param>
/// <param name="Kind">What happened.</param>
/// <param name="DetailNumber">libvirt's detail, whose meaning depends on the kind.</param>
public sealed record DomainLifecycleEvent(Guid DomainUuid, string DomainName, DomainLifecycleKind Kind, int DetailNumber)
    : DomainEvent(DomainUuid, DomainName)
{
    /// <summary>Why it stopped; null for other kinds.</summary>
    public DomainStoppedDetail? StoppedDetail => Kind is DomainLifecycleKind.Stopped ? (DomainStoppedDetail)DetailNumber : null;

    /// <summary>Why it was paused; null for other kinds.</summary>
    public DomainSuspendedDetail? SuspendedDetail => Kind is DomainLifecycleKind.Suspended ? (DomainSuspendedDetail)DetailNumber : null;
}

/// <summary>A disk had an I/O error.</summary>
/// <param name="DomainUuid">The domain's UUID.</param>
/// <param name="DomainName">The domain's name.</param>
/// <param name="SourcePath">The image's path; may be empty.</param>
/// <param name="DeviceAlias">The device's alias, such as <c>virtio-disk0</c>.</param>
/// <param name="Action">What QEMU did.</param>
/// <param name="Reason"><c>enospc</c>, or empty for any other.</param>
public sealed record DomainIoErrorEvent(Guid DomainUuid, string DomainName, string SourcePath, string DeviceAlias, IoErrorAction Action, string Reason)
    : DomainEvent(DomainUuid, DomainName)
{
    /// <summary>The host ran out of space.</summary>
    public bool IsNoSpace => Reason == "enospc";
}

/// <summary>The guest agent connected or went away.</summary>
/// <param name="DomainUuid">The domain's UUID.</param>
/// <param name="DomainName">The domain's name.</param>
/// <param name="State">The state.</param>
/// <param name="ReasonNumber">0 unknown, 1 the domain started, 2 the channel changed.</param>
public sealed record DomainAgentLifecycleEvent(Guid DomainUuid, string DomainName, AgentLifecycleState State, int ReasonNumber)
    : DomainEvent(DomainUuid, DomainName);

/// <summary>A job of a domain ended.</summary>
/// <param name="DomainUuid">The domain's UUID.</param>
/// <param name="DomainName">The domain's name.</param>
/// <param name="Statistics">What libvirt said of it. The event carries no job type: it is Completed, Failed or Cancelled as the statistics tell.</param>
public sealed record DomainJobCompletedEvent(Guid DomainUuid, string DomainName, DomainJobStatistics Statistics)
    : DomainEvent(DomainUuid, DomainName);

/// <summary>A block device's allocation passed the threshold set for it.</summary>
/// <param name="DomainUuid">The domain's UUID.</param>
/// <param name="DomainName">The domain's name.</param>
/// <param name="Device">The device as it was named when the threshold was set.</param>
/// <param name="Path">The image's path; null when unknown.</param>
/// <param name="ThresholdBytes">The threshold.</param>
/// <param name="ExcessBytes">Bytes beyond it.</param>
public sealed record BlockThresholdEvent(Guid DomainUuid, string DomainName, string Device, string? Path, long ThresholdBytes, long ExcessBytes)
    : DomainEvent(DomainUuid, DomainName);

/// <summary>A block job of a disk changed state.</summary>
/// <param name="DomainUuid">The domain's UUID.</param>
/// <param name="DomainName">The domain's name.</param>
/// <param name="DiskTarget">The disk.</param>
/// <param name="Type">What the job does.</param>
/// <param name="Status">Its state.</param>
public sealed record DomainBlockJobEvent(Guid DomainUuid, string DomainName, string DiskTarget, BlockJobType Type, BlockJobStatus Status)
    : DomainEvent(DomainUuid, DomainName);

/// <summary>The connection ended; no other event follows.</summary>
/// <param name="Reason">Why.</param>
public sealed record ConnectionClosedEvent(ConnectionCloseReason Reason) : LibvirtEvent;
