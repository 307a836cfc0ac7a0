using System.ComponentModel.DataAnnotations;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>A node, as it last reported itself.</summary>
public sealed class NodeRow
{
    /// <summary>Its name.</summary>
    [Key]
    public required string Name { get; set; }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartedUtc { get; set; }

    /// <summary>When it last reported.</summary>
    public DateTimeOffset SeenUtc { get; set; }

    /// <summary>Hosts whose libvirt answered it.</summary>
    public IReadOnlyList<Guid> ReachedHosts { get; set; } = [];
}
