using System.ComponentModel.DataAnnotations;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>What was last seen on a host, for nodes that don't reach it.</summary>
public sealed class HostInventoryRow
{
    /// <summary>The host.</summary>
    [Key]
    public required Guid HostId { get; set; }

    /// <summary>When it was looked at.</summary>
    public DateTimeOffset ReadUtc { get; set; }

    /// <summary>What was there, as JSON.</summary>
    public required string Content { get; set; }
}
